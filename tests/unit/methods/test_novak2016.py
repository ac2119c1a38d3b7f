"""Improved style: its weights, its objective, and its switches."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import torch
from torch.nn.functional import interpolate

from nstbench.core.errors import InputError
from nstbench.core.hardware import Hardware
from nstbench.losses.objective import Objective
from nstbench.methods import method
from nstbench.methods.base import Task
from nstbench.methods.descent import open_backbone
from nstbench.methods.novak2016 import algorithm as novak2016
from nstbench.methods.novak2016.algorithm import layers_between, link_weights
from nstbench.networks.catalogue import ARCHITECTURES
from nstbench.optim.lockstep import finish

NOVAK = method("novak2016")
FIVE = dict.fromkeys(ARCHITECTURES["vgg19"].style_layers, 0.2)
THREE = dict.fromkeys(["relu1_1", "relu1_2", "relu2_1"], 1.0)
OFF = {"shift": 0.0, "chained": False, "weighting": "uniform"}


@pytest.fixture
def task():
    torch.manual_seed(0)
    content, style = torch.rand(1, 3, 34, 42), torch.rand(1, 3, 32, 32) ** 2

    def task(id="novak2016", set_="improved", **changes):
        parameters = method(id).configure(set_, {"evaluations": 3} | changes)
        return Task(content, style, parameters, 0, Hardware(torch.device("cpu"), "fp32"))

    return task


@pytest.mark.parametrize("backbone", ARCHITECTURES)
@pytest.mark.parametrize("chained", [True, False])
@pytest.mark.parametrize("weighting", ["uniform", "shallow", "deep", "channels"])
def test_weights_sum_to_one_over_all_layers_of_any_network(backbone, chained, weighting):
    changes = {"backbone": backbone, "chained": chained, "weighting": weighting}
    weights = link_weights(NOVAK.configure("improved", changes))
    assert sum(weights.values()) == pytest.approx(1)
    assert len(weights) == len(ARCHITECTURES[backbone].activation_layers) - chained


def test_improved_weights_are_those_of_the_documents_code():
    """2^(15 - i) for the chains i = 1 ... 15 of sixteen layers, divided by their sum."""
    expected = 2.0 ** (15 - np.arange(1, 16))
    weights = link_weights(NOVAK.presets["improved"])
    assert list(weights.values()) == pytest.approx(expected / expected.sum())
    assert next(iter(weights)) == ("relu1_1", "relu1_2")
    assert [*weights][-1] == ("relu5_3", "relu5_4")


def test_recommended_weights_go_with_the_channels():
    """1/(N_l N_k) with 64, 128, 256, 512 and 512 channels in blocks of 2, 2, 4, 4 and 4 layers."""
    channels = np.repeat([64, 128, 256, 512, 512], [2, 2, 4, 4, 4])
    expected = 1 / (channels[:-1] * channels[1:])
    assert [*link_weights(NOVAK.presets["recommended"]).values()] == pytest.approx(expected / expected.sum())
    assert NOVAK.presets["recommended"].content_layers == {"relu5_2": 1.0}


def test_weightings_within_layers():
    weights = {
        weighting: list(link_weights(NOVAK.configure("improved", {**OFF, "weighting": weighting})).values())
        for weighting in ("uniform", "shallow", "deep")
    }
    assert weights["uniform"] == pytest.approx([1 / 16] * 16)
    assert weights["shallow"] == pytest.approx([2.0 ** (16 - i) / (2**16 - 1) for i in range(1, 17)])
    assert weights["deep"] == pytest.approx(weights["shallow"][::-1])


def test_own_weights_are_multiplied_and_layers_sorted():
    settings = {"style_layers": {"relu3_1": 1.0, "relu1_1": 3.0, "relu2_1": 2.0}, "weighting": "uniform"}
    assert link_weights(NOVAK.configure("improved", settings)) == pytest.approx(
        {("relu1_1", "relu2_1"): 0.6, ("relu2_1", "relu3_1"): 0.4}
    )


def test_content_weights_of_the_paper_double():
    weights = [*NOVAK.presets["paper"].content_layers.values()]
    assert weights == pytest.approx([2.0**d / (2**17 - 2) for d in range(1, 17)])


def test_with_everything_off_it_is_the_original(task):
    ours = task(**OFF, style_layers=FIVE, optimiser={"kind": "adam", "rate": 0.02})
    theirs = task("gatys2015", "jain", style_layers=FIVE, optimiser={"kind": "adam", "rate": 0.02})
    outcomes = [finish(each.stylize(made)) for each, made in ((NOVAK, ours), (method("gatys2015"), theirs))]
    torch.testing.assert_close(outcomes[0].trace, outcomes[1].trace, rtol=1e-5, atol=0)
    assert outcomes[0].terms == outcomes[1].terms
    assert dict(outcomes[0].facts) == pytest.approx(dict(outcomes[1].facts))


def printed_chain(shallow, deep):
    """(F_l - 1) (up(F_k) - 1)^T, sums over positions, in fp64."""
    enlarged = interpolate(deep.double(), shallow.shape[-2:], mode="nearest")
    left, right = ((maps[0].double() - 1).flatten(1) for maps in (shallow, enlarged))
    return left @ right.T


def test_objective_is_the_printed_one(task):
    """sum w_lk 1/(4 N_l N_k M_l^2) |C - A|^2 for pictures of one size."""
    made = task(style_layers=THREE, content_layers={})
    made = replace(made, style=interpolate(made.style, made.content.shape[-2:]))
    backbone = open_backbone(made)
    found, wanted = (backbone(each, THREE) for each in (made.content, made.style))
    printed = 0.0
    for weight, (shallow, deep) in zip((2 / 3, 1 / 3), pairwise(THREE), strict=True):
        (_, n, height, width), k = found[shallow].shape, found[deep].shape[1]
        c, a = (printed_chain(features[shallow], features[deep]) for features in (found, wanted))
        printed += weight * (c - a).square().sum().item() / (4 * n * k * (height * width) ** 2)
    objective = Objective(backbone, novak2016.terms_of(made, backbone))
    assert objective(made.content)[0].item() == pytest.approx(printed, rel=1e-4)
    assert [term.name for term in objective.terms] == ["style/relu1_1-relu1_2", "style/relu1_2-relu2_1"]


def test_targets_have_no_loss(task):
    made = task(blurred=True, content_layers={})
    backbone = open_backbone(made)
    losses = Objective(backbone, novak2016.terms_of(made, backbone))(made.style)
    assert len(losses) == 1 + 15
    assert losses.abs().max().item() < 1e-9


def test_blur_counts_the_layers_between():
    assert layers_between("relu1_1", "relu1_2", "vgg19") == 1
    assert layers_between("relu1_1", "relu3_1", "vgg19") == 4
    assert layers_between("pool1", "relu2_1", "vgg19") == 1
    assert layers_between("relu2", "inception3b", "googlenet") == 2


def test_blur_takes_away_what_neighbours_differ_in(task):
    terms = []
    for blurred in (False, True):
        made = task(style_layers=THREE, content_layers={}, blurred=blurred)
        terms.append(novak2016.terms_of(made, open_backbone(made))[0].loss.target)
    assert terms[1].square().sum() < terms[0].square().sum()


@pytest.mark.parametrize("backbone", ["alexnet", "googlenet"])
def test_networks_that_branch_or_stride_can_be_chained(task, backbone):
    outcome = finish(NOVAK.stylize(task(backbone=backbone, evaluations=2)))
    assert torch.isfinite(outcome.trace).all()
    assert (outcome.trace[:, 1:] > 0).any(0).all()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"style_layers": {"relu1_1": 1.0}}, "a chain needs two style layers"),
        ({"blurred": True, "chained": False}, "blurred is about chains"),
        ({"shift": float("nan")}, "shift: Input should be a finite number"),
        ({"weighting": "steep"}, "'uniform', 'shallow', 'deep' or 'channels'"),
        ({"style_layers": {"relu1_1": 1.0, "relu2_1": 0.0}}, "the weight of relu2_1 is 0; allowed: above 0"),
        ({"style_layers": {"relu1_1": 1.0, "relu9_1": 1.0}}, "unknown layer 'relu9_1'"),
        ({"tv": {"form": "l3", "weight": 1.0}}, "tv.form: Input should be 'absolute' or 'squared'"),
        ({"tv": {"form": "squared", "weight": 0.0}}, "tv.weight: Input should be greater than 0"),
        ({"tv": {"form": "squared", "wait": 1.0}}, "tv.wait: unknown key; allowed: form, weight"),
    ],
)
def test_nonsense_is_refused_in_one_line(changes, message):
    with pytest.raises(InputError) as failure:
        NOVAK.configure("improved", changes)
    assert message in str(failure.value)
    assert "\n" not in str(failure.value)
