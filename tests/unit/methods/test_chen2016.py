"""Style swap beside loops over patches; the inverse network, its training, and the descent."""

import itertools
import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

from nstbench.core.errors import InputError
from nstbench.core.hardware import Hardware
from nstbench.methods import method
from nstbench.methods.base import Task
from nstbench.methods.chen2016.algorithm import stylize
from nstbench.methods.chen2016.network import load_network
from nstbench.methods.chen2016.parameters import SwapParameters
from nstbench.methods.chen2016.recipe import InverseRecipe
from nstbench.methods.chen2016.swap import nearest_patches, swap
from nstbench.methods.chen2016.training import train_inverse
from nstbench.networks.feedforward.inventory import CARD, read_card
from nstbench.networks.training.trainer import TrainingTask
from nstbench.optim.lockstep import finish

CPU = Hardware(torch.device("cpu"), "fp32")


def patches(features):
    """All patches of 3 x 3 positions of (1, N, H, W), with their corners."""
    maps = features[0].numpy()
    _, height, width = maps.shape
    corners = list(itertools.product(range(height - 2), range(width - 2)))
    return corners, [maps[:, y : y + 3, x : x + 3] for y, x in corners]


def swapped_by_loops(content, style):
    """Normalised cross-correlation of every patch with every other, and overlaps averaged one by one."""
    _, of_style = patches(style)
    summed, count = np.zeros(content.shape[1:]), np.zeros(content.shape[1:])
    for (y, x), patch in zip(*patches(content), strict=True):
        likeness = [
            (patch * other).sum() / np.linalg.norm(patch) / np.linalg.norm(other) for other in of_style
        ]
        summed[:, y : y + 3, x : x + 3] += of_style[np.argmax(likeness)]
        count[:, y : y + 3, x : x + 3] += 1
    return torch.from_numpy(summed / count)[None]


@pytest.mark.parametrize("sizes", [((6, 5), (5, 7)), ((3, 8), (4, 3)), ((3, 3), (3, 3))])
def test_a_swap_is_that_of_loops_over_patches(sizes):
    torch.manual_seed(1)
    content, style = (torch.rand(1, 4, *size, dtype=torch.float64) ** 3 for size in sizes)
    torch.testing.assert_close(swap(content, style), swapped_by_loops(content, style), rtol=1e-12, atol=0)


def test_a_picture_is_put_together_from_itself_unchanged():
    torch.manual_seed(2)
    features = torch.rand(1, 4, 6, 7)
    torch.testing.assert_close(swap(features, features), features)


def test_what_is_alike_is_decided_by_directions_not_by_lengths():
    """A dim copy of a patch is found behind one that is bright and unlike it."""
    torch.manual_seed(3)
    patch = torch.rand(5, 3, 3)
    bright = 100 * torch.rand(5, 3, 3)
    style = torch.cat([bright, torch.zeros(5, 3, 2), 0.01 * patch], 2)
    assert nearest_patches(patch, style).item() == 5


def test_a_style_that_is_flat_gives_no_nan():
    assert swap(torch.rand(1, 2, 4, 4), torch.zeros(1, 2, 4, 4)).isfinite().all()


@pytest.fixture
def task():
    torch.manual_seed(0)
    content, style = torch.rand(1, 3, 33, 42), torch.rand(1, 3, 32, 36) ** 2
    settings = {"weights": "embedded", "evaluations": 25}
    parameters = method("chen2016_descent").configure("default", settings)
    return Task(content, style, parameters, 0, CPU)


def test_a_descent_comes_near_the_swapped_features(task):
    outcome = finish(method("chen2016_descent").stylize(task))
    assert outcome.terms == ("style/relu3_1", "tv")
    assert outcome.trace[-1, 1] < 0.3 * outcome.trace[0, 1]


def test_pictures_without_a_patch_are_refused_in_one_line(task):
    small = replace(task, style=torch.rand(1, 3, 40, 11))
    with pytest.raises(InputError, match="side of 11 px has no patch of 3 x 3 in relu3_1, which needs 12 px"):
        finish(method("chen2016_descent").stylize(small))


@pytest.fixture
def asked(tmp_path):
    """A training on three pictures of noise and two styles."""
    random = np.random.default_rng(1)
    photographs = tuple(tmp_path / f"{number}.png" for number in range(3))
    for file in photographs:
        Image.fromarray(random.integers(0, 256, (5, 6, 3), dtype=np.uint8)).resize((60, 50)).save(file)

    def ask(name, watch=lambda *step: None, **changes):
        values = {"weights": "embedded", "crop": 32, "batch": 1, "steps": 6, "identity_weight": 2.0}
        recipe = InverseRecipe(**(values | changes))
        output = tmp_path / f"{name}.safetensors"
        return TrainingTask(recipe, photographs[:2], photographs, output, CPU, watch)

    return ask


def test_a_training_leaves_a_network_that_stylizes_at_any_size(asked, task):
    training = asked("inverse", steps=25, norm="none", tv_weight=0.5)
    train_inverse(training)
    curve = pd.read_csv(training.output.with_suffix(".csv"))
    assert list(curve)[2:6] == ["content/relu3_1", "style/relu3_1", "tv", "identity"]
    weighted = curve["content/relu3_1"] + curve["style/relu3_1"] + 0.5 * curve["tv"] + 2 * curve["identity"]
    assert curve["total"].to_numpy() == pytest.approx(weighted.to_numpy(), rel=1e-4)
    assert curve["total"].iloc[-5:].mean() < 0.7 * curve["total"].iloc[:5].mean()
    parameters = SwapParameters(network=str(training.output))
    outcome = stylize(replace(task, parameters=parameters))
    assert outcome.image.shape == task.content.shape
    assert 0 <= outcome.image.min() < outcome.image.max() <= 1
    assert outcome.facts == {"backbone": "vgg19", "weights": "embedded"}
    assert len(parameters.weight_files()) == 2
    assert not training.output.with_suffix(".checkpoint").exists()


class KilledError(Exception):
    """The machine died."""


def test_a_training_that_goes_on_ends_with_the_same_file(asked, monkeypatch):
    monkeypatch.setattr("nstbench.optim.checkpoints.SECONDS_BETWEEN", 0.0)

    def killer(step, loss):
        if step == 3:
            raise KilledError

    whole, cut = asked("whole"), asked("cut", killer)
    train_inverse(whole)
    with pytest.raises(KilledError):
        train_inverse(cut)
    train_inverse(asked("cut"))
    assert cut.output.read_bytes() == whole.output.read_bytes()


@pytest.mark.parametrize(
    ("key", "value", "complaint"),
    [("width", 100_000, "width"), ("norm", "layer", "norm"), ("backbone", "alexnet", "backbone")],
)
def test_absurd_cards_are_refused(asked, tmp_path, key, value, complaint):
    training = asked("inverse", steps=1)
    train_inverse(training)
    file = tmp_path / "absurd.safetensors"
    save_file({"weight": torch.zeros(1)}, file, {CARD: json.dumps(read_card(training.output) | {key: value})})
    for use in (lambda: load_network(file, CPU), SwapParameters(network=str(file)).weight_files):
        with pytest.raises(InputError, match=f"{complaint}: Input should be .*train it again"):
            use()
