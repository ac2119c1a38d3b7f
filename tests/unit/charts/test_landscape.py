"""Barriers between results, and the saddle, against values known by hand."""

import numpy as np
import pandas as pd
import pytest
import torch

from nstbench.charts.landscape import LEAST, Saddle, barriers, escapes, surface


def test_a_barrier_is_the_height_over_the_higher_end():
    places, losses = [0.0, 0.5, 1.0], [2.0, 9.0, 3.0]
    table = pd.DataFrame({"place": places, "loss": losses}).assign(content="c", style="s", start="a", end="b")
    assert list(barriers(table)) == [3.0]


@pytest.mark.parametrize("point", [(1.0, 0.3), (0.0, 0.0), (-0.4, 2**-0.5)])
def test_the_gradient_of_the_saddle_is_that_of_its_value(point):
    at = torch.tensor(point, dtype=torch.float64, requires_grad=True)
    value = at[0] ** 2 - at[1] ** 2 + at[1] ** 4
    (gradient,) = torch.autograd.grad(value, at)
    found = surface(at.detach())
    assert found.value == pytest.approx(value.item(), abs=1e-15)
    torch.testing.assert_close(found.gradient, gradient)


def test_the_minima_are_where_they_are_said_to_be():
    found = surface(torch.tensor([0.0, 2**-0.5], dtype=torch.float64))
    assert found.value == pytest.approx(LEAST)
    assert found.gradient.abs().max() < 1e-15


def test_a_start_on_the_axis_never_leaves_and_one_far_off_does(materials):
    """The gradient has no part along y on the axis, whatever the optimiser."""
    descent = {"kind": "sgd", "rate": 0.1, "momentum": 0.0}
    parameters = {"starts": 4, "evaluations": 60, "optimisers": {"descent": descent}}
    near, far = (
        Saddle.model_validate(parameters | {"off": off}).measure(materials()) for off in (1e-300, 0.1)
    )
    assert np.isnan(escapes(near)["descent"])
    assert near["low"].iloc[-1] == pytest.approx(0, abs=1e-6)
    assert 1 < escapes(far)["descent"] < 60
    assert far["median"].iloc[-1] == pytest.approx(LEAST, abs=1e-3)
    assert far["median"].is_monotonic_decreasing
    assert Saddle.findings(near)[0].endswith("descent not at all.")
