"""Spatial and local style on the embedded network."""

import pytest
import torch

from nstbench.core.errors import InputError
from nstbench.core.hardware import Hardware
from nstbench.methods import method
from nstbench.methods.base import Task
from nstbench.methods.descent import (
    gradient_length,
    open_backbone,
    start_image,
    style_at_size_of_content,
)
from nstbench.methods.gatys2015.algorithm import style_terms
from nstbench.methods.nikulin2016.spatial_style import statistic_loss
from nstbench.optim.lockstep import finish

LAYERS = {"relu1_1": 0.5, "relu2_1": 0.5}


@pytest.fixture
def task():
    torch.manual_seed(0)
    content, style = torch.rand(1, 3, 40, 48), torch.rand(1, 3, 32, 32) ** 2

    def task(id="nikulin2016", set_="conventional", **changes):
        settings = {"style_layers": LAYERS, "content_layers": {"relu2_1": 1.0}, "evaluations": 3}
        parameters = method(id).configure(set_, {"weights": "embedded"} | settings | changes)
        return Task(content, style, parameters, 0, Hardware(torch.device("cpu"), "fp32"))

    return task


@pytest.mark.parametrize("init", ["content", "noise"])
@pytest.mark.parametrize("statistic", ["convolution", "correlation", "local"])
def test_strength_is_relative_to_the_gradient_of_gram_matrices(task, statistic, init):
    made = task(statistic=statistic, strength=3.0, init=init, radius=1)
    scale = finish(method("nikulin2016").stylize(made)).facts["style_scale"]
    backbone, painting, start = open_backbone(made), style_at_size_of_content(made), start_image(made, init)
    conventional = gradient_length(backbone, style_terms(backbone, painting, LAYERS), start)
    own = style_terms(backbone, painting, LAYERS, statistic_loss(statistic, radius=1))
    assert scale * gradient_length(backbone, own, start) == pytest.approx(3 * conventional, rel=1e-4)


def test_gram_statistic_is_gatys_method(task):
    """With a style of the content's size both methods are the same."""
    ours, theirs = task(), task("gatys2015", "nikulin")
    same_size = style_at_size_of_content(ours)
    traces = [
        finish(method(id).stylize(Task(each.content, same_size, each.parameters, 0, each.hardware))).trace
        for id, each in (("nikulin2016", ours), ("gatys2015", theirs))
    ]
    torch.testing.assert_close(*traces, rtol=1e-5, atol=0)


def test_gradients_are_not_normalised(task):
    """Tai's distances are of Gatys' Gram matrices; other statistics have their own."""
    with pytest.raises(InputError, match=r"gradient_normalisation: Input should be False \(given: True\)"):
        task(gradient_normalisation=True)


def test_a_style_start_has_no_gradient_length(task):
    outcome = finish(method("nikulin2016").stylize(task(statistic="convolution", init="style")))
    assert outcome.facts["style_scale"] == 1
    assert torch.isfinite(outcome.trace).all()


def test_local_style_paints_over_the_content(task):
    """Zero distance means equal features, so the style itself is the optimum."""
    made = task(set_="local", content_layers={}, evaluations=60)
    image = finish(method("nikulin2016").stylize(made)).image
    painting = style_at_size_of_content(made)
    assert (image - painting).abs().mean() < 0.3 * (made.content - painting).abs().mean()
