"""Total variation on pictures whose differences can be counted."""

import pytest
import torch

from nstbench.core.hardware import Hardware
from nstbench.losses.objective import Objective
from nstbench.losses.total_variation import TotalVariationLoss, absolute_variation, squared_variation
from nstbench.methods import method
from nstbench.methods.base import Task, TotalVariation
from nstbench.methods.descent import variation_terms
from nstbench.optim.lockstep import finish


def step_edge(height: int = 5, width: int = 7, jump: float = 0.25) -> torch.Tensor:
    """Dark left of column 3, brighter by `jump` from there on, in three channels."""
    image = torch.zeros(1, 3, height, width)
    image[..., 3:] = jump
    return image


def test_a_vertical_step_edge_counts_once_per_row_and_channel():
    assert absolute_variation(step_edge()).item() == pytest.approx(3 * 5 * 0.25)
    assert squared_variation(step_edge()).item() == pytest.approx(3 * 5 * 0.25**2)


def test_a_horizontal_step_edge_counts_once_per_column_and_channel():
    lying = step_edge().mT
    assert absolute_variation(lying).item() == pytest.approx(3 * 5 * 0.25)
    assert squared_variation(lying).item() == pytest.approx(3 * 5 * 0.25**2)


def test_the_border_does_not_wrap_around():
    """A ramp differs from its neighbours by the slope, and first and last column are no neighbours."""
    ramp = torch.arange(6.0).expand(1, 1, 4, 6)
    assert absolute_variation(ramp).item() == 4 * 5
    assert squared_variation(2 * ramp).item() == 4 * 5 * 4


def test_pictures_of_a_batch_are_counted_one_by_one():
    batch = torch.cat([step_edge(jump=0.25), step_edge(jump=0.0), step_edge(jump=-0.5)])
    torch.testing.assert_close(absolute_variation(batch), torch.tensor([3.75, 0.0, 7.5]))
    torch.testing.assert_close(squared_variation(batch), torch.tensor([0.9375, 0.0, 3.75]))


def test_the_gradient_of_the_squared_form_is_twice_the_laplacian():
    """Inside: 2 (4 x - neighbours); [Mahendran and Vedaldi 2015] with beta = 2."""
    image = torch.rand(1, 1, 5, 5, dtype=torch.float64).requires_grad_()
    (gradient,) = torch.autograd.grad(squared_variation(image).sum(), image)
    x = image.detach()[0, 0]
    inside = 2 * (4 * x[1:-1, 1:-1] - x[:-2, 1:-1] - x[2:, 1:-1] - x[1:-1, :-2] - x[1:-1, 2:])
    torch.testing.assert_close(gradient[0, 0, 1:-1, 1:-1], inside)


@pytest.mark.parametrize(("form", "expected"), [("absolute", 0.25 / 7), ("squared", 0.25**2 / 7)])
def test_the_term_is_the_mean_over_pixels_and_channels(narrow_vgg, form, expected):
    """One step in each row of 7 pixels; no feature is read, so no layer is run."""
    objective = Objective(narrow_vgg, variation_terms(TotalVariation(form=form, weight=3.0)))
    assert objective.layers == ()
    assert objective(step_edge().double()).tolist() == pytest.approx([3 * expected, expected])


@pytest.mark.parametrize("form", ["absolute", "squared"])
def test_hidden_pixels_and_the_border_to_them_do_not_count(form):
    """A step of 0.25 lies left of column 3; from column 5 on noise is hidden."""
    torch.manual_seed(0)
    image, visible = step_edge().double(), torch.ones(1, 1, 5, 7, dtype=torch.float64)
    visible[..., 5:] = 0
    image[..., 5:] = torch.rand(1, 3, 5, 2)
    image.requires_grad_()
    loss = TotalVariationLoss(form, visible)(image)
    # In each row of five visible pixels one pair differs.
    assert loss.item() == pytest.approx((0.25 if form == "absolute" else 0.25**2) / 5)
    (found,) = torch.autograd.grad(loss, image)
    expected = torch.zeros(1, 3, 5, 7, dtype=torch.float64)
    slope = {"absolute": 1.0, "squared": 2 * 0.25}[form] / (3 * 5 * 5)
    expected[..., 3], expected[..., 2] = slope, -slope
    torch.testing.assert_close(found, expected)


def test_a_pair_counts_as_much_as_the_one_of_which_less_is_seen():
    image, visible = torch.tensor([[[[0.0, 1.0, 3.0]]]]), torch.tensor([[[[1.0, 0.5, 0.25]]]])
    assert absolute_variation(image, visible).item() == pytest.approx(0.5 * 1 + 0.25 * 2)
    assert squared_variation(image, visible).item() == pytest.approx(0.5 * 1 + 0.25 * 4)
    assert TotalVariationLoss("squared", visible)(image).item() == pytest.approx(1.5 / 1.75)


@pytest.mark.parametrize(
    ("id", "set_"),
    [
        ("gatys2015", "jain"),
        ("novak2016", "improved"),
        ("nikulin2016", "conventional"),
        ("nikulin2016", "local"),
        ("nikulin2016_random_gram", "sparse"),
    ],
)
def test_every_descent_gets_smoother_with_it(id, set_):
    torch.manual_seed(0)
    content, style = torch.rand(2, 1, 3, 32, 32)
    recipe, hardware = method(id), Hardware(torch.device("cpu"), "fp32")
    layers = {"style_layers": {"relu1_1": 0.5, "relu2_1": 0.5}, "evaluations": 8}
    shared = layers | {"optimiser": {"kind": "adam", "rate": 0.02}}
    roughness = []
    for tv in (None, {"form": "squared", "weight": 1e3}):
        parameters = recipe.configure(set_, shared | {"tv": tv})
        outcome = finish(recipe.outcome(Task(content, style, parameters, 0, hardware)))
        assert ("tv" in outcome.terms) is (tv is not None)
        roughness.append(squared_variation(outcome.image).item())
    assert roughness[1] < 0.9 * roughness[0]
