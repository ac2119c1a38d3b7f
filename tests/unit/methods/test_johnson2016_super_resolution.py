"""Super-resolution: shrinking and enlarging, the two losses, the training, and how mistakes are told."""

from functools import partial

import numpy as np
import pytest
import torch
from PIL import Image

from nstbench.core.errors import InputError
from nstbench.core.hardware import Hardware
from nstbench.methods.base import Task
from nstbench.methods.johnson2016_super_resolution.method import METHOD, TRAINER
from nstbench.methods.johnson2016_super_resolution.network import Enlarger, bicubic, load_enlarger, shrink
from nstbench.methods.johnson2016_super_resolution.recipe import EnlargerRecipe
from nstbench.methods.johnson2016_super_resolution.training import EnlargementLoss, train_enlarger
from nstbench.networks.feedforward.inventory import read_card
from nstbench.networks.training.crops import CropSource
from nstbench.networks.training.trainer import TrainingTask

CPU = Hardware(torch.device("cpu"), "fp32")


@pytest.fixture(scope="module")
def photographs(tmp_path_factory):
    """Files of three pictures of smooth noise."""
    folder, random = tmp_path_factory.mktemp("photographs"), np.random.default_rng(1)
    files = tuple(folder / f"{number}.png" for number in range(3))
    for file in files:
        Image.fromarray(random.integers(0, 256, (12, 15, 3), dtype=np.uint8)).resize((60, 50)).save(file)
    return files


def recipe(**changes):
    settings = {"loss": "pixel", "width": 0.1, "weights": "embedded", "crop": 32, "batch": 2, "steps": 6}
    return EnlargerRecipe(**settings | changes)


@pytest.fixture
def asked(tmp_path, photographs):
    """Makes a training; its file is out.safetensors."""

    def ask(styles=(), **changes):
        output = tmp_path / "out.safetensors"
        return TrainingTask(recipe(**changes), styles, photographs, output, CPU, lambda done, loss: None)

    return ask


def task(content, **changes):
    return Task(content, content, METHOD.configure("bicubic", changes), 0, CPU)


# Shrinking and enlarging.


def test_shrinking_is_that_of_another_library():
    picture = (np.random.default_rng(0).random((24, 32)) * 0.5 + 0.25).astype(np.float32)
    other = np.asarray(Image.fromarray(picture, "F").resize((8, 6), Image.Resampling.BICUBIC))
    shrunk = shrink(torch.from_numpy(picture).expand(1, 3, 24, 32))
    assert shrunk[0, 0].numpy() == pytest.approx(other, abs=1e-5)


def test_bicubic_enlarging_keeps_a_slope_straight():
    slope = torch.linspace(0, 1, 12).expand(1, 3, 12, 12)
    enlarged = bicubic(slope)[0, 0, 20, 12:-12]
    assert enlarged.diff().numpy() == pytest.approx(1 / 11 / 4, rel=1e-3)


@pytest.mark.parametrize("size", [(1, 1), (7, 30), (64, 48)])
def test_a_picture_of_any_size_comes_back_at_its_size(size):
    content = torch.rand(1, 3, *size)
    image = METHOD.stylize(task(content)).image
    assert image.shape == content.shape and image.min() >= 0 and image.max() <= 1


def test_what_is_smooth_survives_and_what_is_fine_does_not():
    rows, columns = torch.meshgrid(torch.arange(64.0), torch.arange(64.0), indexing="ij")
    smooth, fine = 0.5 + 0.4 * torch.sin(rows / 9), columns % 2
    kept, lost = (METHOD.stylize(task(each.expand(1, 3, 64, 64))).image[0, 0] for each in (smooth, fine))
    assert (kept - smooth)[8:-8].abs().max() < 0.02
    assert (lost - 0.5)[:, 8:-8].abs().max() < 0.02


# The network and its losses.


def test_an_untrained_network_is_bicubic():
    small = torch.rand(2, 3, 5, 6)
    assert torch.equal(Enlarger(0.2)(small), bicubic(small))


def test_the_pixel_loss_is_the_mean_squared_difference(photographs):
    crops, network = CropSource(photographs, 32, 2, seed=3), Enlarger(0.1)
    total, term = EnlargementLoss(recipe(), crops, network, CPU)(5)
    wanted = CropSource(photographs, 32, 2, seed=3).training(5)
    squares = np.square(bicubic(shrink(wanted)).numpy().astype(float) - wanted.numpy())
    assert total.item() == term.item() == pytest.approx(squares.mean(), rel=1e-4)


def test_the_perceptual_loss_is_that_of_features(photographs):
    crops, network = CropSource(photographs, 32, 2, seed=3), Enlarger(0.1)
    loss = EnlargementLoss(recipe(loss="perceptual", pixel_weight=7), crops, network, CPU)
    wanted = CropSource(photographs, 32, 2, seed=3).training(5)
    features = partial(loss.backbone, wanted=["relu2_2"])
    found = features(bicubic(shrink(wanted)))["relu2_2"] - features(wanted)["relu2_2"]
    pixels = bicubic(shrink(wanted)) - wanted
    expected = [(pixels**2).mean().item(), (found**2).mean().item()]
    assert loss.names == ["content/pixels", "content/relu2_2"]
    assert loss(5).tolist() == pytest.approx([7 * expected[0] + expected[1], *expected], rel=1e-4)


# The training.


def test_a_training_lowers_its_loss_and_its_network_is_read_back(asked, photographs):
    train_enlarger(asked(steps=40, rate=5e-3))
    file = asked().output
    crops = CropSource(photographs, 32, 2, seed=0)
    trained, bicubic_alone = (
        EnlargementLoss(recipe(), crops, network, CPU)
        for network in (load_enlarger(file, CPU.device), Enlarger(0.1))
    )
    assert sum(trained(step)[0] for step in range(5)) < 0.9 * sum(bicubic_alone(step)[0] for step in range(5))
    assert np.genfromtxt(file.with_suffix(".csv"), delimiter=",", names=True)["total"].shape == (40,)
    assert not file.with_suffix(".checkpoint").exists()
    assert read_card(file)["kind"] == "super-resolution" and read_card(file)["steps"] == 40
    content = torch.rand(1, 3, 20, 24)
    made = METHOD.stylize(task(content, network=str(file))).image
    expected = load_enlarger(file, CPU.device)(shrink(content)).detach().clamp(0, 1)
    assert torch.equal(made, expected)
    assert not torch.equal(made, METHOD.stylize(task(content)).image)
    assert METHOD.configure("bicubic", {"network": str(file)}).weight_files() == [file]


def test_the_seed_decides_the_weights(asked):
    files = []
    for seed in (0, 0, 1):
        train_enlarger(asked(seed=seed))
        files.append(asked().output.read_bytes())
    weights_only = [content[-1000:] for content in files]
    assert weights_only[0] == weights_only[1] != weights_only[2]


def test_a_style_is_refused(asked, tmp_path):
    with pytest.raises(InputError, match="1 styles given; a network that enlarges learns none"):
        train_enlarger(asked(styles=(tmp_path / "a.png",)))


def test_another_network_is_refused_in_one_line():
    with pytest.raises(InputError, match="holds no super-resolution network; give what the pipeline tr") as e:
        METHOD.stylize(task(torch.rand(1, 3, 8, 8), network="starry_night"))
    assert "\n" not in str(e.value)


@pytest.mark.parametrize("change", [{"crop": 33}, {"width": 0}, {"loss": "style"}, {"batch": 0}])
def test_a_recipe_out_of_range_is_refused(change):
    with pytest.raises(InputError, match=f"training: {next(iter(change))}: "):
        TRAINER.configure("default", change)


def test_the_profile_s_weights_go_to_the_loss_network():
    assert recipe(weights="original").with_weights("embedded").weights == "embedded"
