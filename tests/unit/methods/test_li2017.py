"""Descents on distances between distributions of features."""

import pytest
import torch

from nstbench.core.errors import InputError
from nstbench.core.hardware import Hardware
from nstbench.methods import method
from nstbench.methods.base import Task
from nstbench.optim.lockstep import finish

LI = method("li2017")
SMALL = {
    "weights": "embedded",
    "content_layers": {"relu2_1": 1.0},
    "style_layers": {"relu1_1": 0.5, "relu2_1": 0.5},
}


@pytest.fixture
def run():
    torch.manual_seed(0)
    content, style = torch.rand(1, 3, 40, 48), torch.rand(1, 3, 32, 32) ** 2

    def run(preset, id="li2017", seed=0, watch=None, **changes):
        parameters = method(id).configure(preset, {**SMALL, "evaluations": 4, **changes})
        hardware = Hardware(torch.device("cpu"), "fp32")
        return finish(method(id).stylize(Task(content, style, parameters, seed, hardware, watch)))

    return run


def test_a_polynomial_kernel_is_gatys_method(run):
    adam = {"optimiser": {"kind": "adam", "rate": 0.02}}
    ours, theirs = run("polynomial"), run("default", "gatys2015", **adam)
    torch.testing.assert_close(ours.trace, theirs.trace, rtol=1e-5, atol=0)


@pytest.mark.parametrize("preset", ["linear", "gaussian", "batch-norm"])
def test_every_statistic_brings_its_own_distance_down(run, preset):
    trace = run(preset, evaluations=25, content_layers={}).trace
    assert trace[-1, 0] < 0.5 * trace[0, 0]


def test_samples_change_from_evaluation_to_evaluation_and_with_the_seed(run):
    """A rate of nearly 0 leaves the picture as it is, so that losses differ by their samples alone."""
    still = {"optimiser": {"kind": "adam", "rate": 1e-12}, "evaluations": 2}
    first, again, other = run("gaussian", **still), run("gaussian", **still), run("gaussian", seed=1, **still)
    assert first.trace[0, 2] != first.trace[1, 2]
    assert torch.equal(first.trace, again.trace)
    assert not torch.equal(first.trace, other.trace)
    assert LI.presets["gaussian"].draws() and not LI.presets["linear"].draws()


def test_lbfgs_on_samples_is_refused_in_one_line():
    with pytest.raises(InputError, match=r"set optimiser to \{kind: adam, rate: 0.02\}") as failure:
        LI.configure("gaussian", {"optimiser": {"kind": "lbfgs"}})
    assert "\n" not in str(failure.value)


def test_a_second_style_is_refused():
    with pytest.raises(InputError, match="blend"):
        LI.configure("default", {"blend": {"waves": 0.5}})


def test_a_strength_multiplies_the_weight_of_the_style(run):
    once, thrice = run("linear"), run("linear", strength=3.0)
    assert thrice.facts["style_scale"] == pytest.approx(3 * once.facts["style_scale"])
