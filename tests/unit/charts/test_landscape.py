"""Barriers between results, and the saddle, against values known by hand."""

import numpy as np
import pandas as pd
import pytest
import torch

from nstbench.charts.landscape import (
    LEAST,
    Escapes,
    Saddle,
    barriers,
    escapes,
    stationary,
    surface,
    wells,
)


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


@pytest.mark.parametrize("tilt", [0.2, 1.5])
def test_wells_are_stationary_where_they_are_said_to_be(tilt):
    """Value and gradient by hand; the middle one is the top, and the left minimum the lower one."""
    points = [torch.tensor([x, 0.0], dtype=torch.float64) for x in stationary(tilt)]
    found = [wells(tilt)(point) for point in points]
    assert all(each.gradient.abs().max() < 1e-9 for each in found)
    lower, top, higher = (each.value for each in found)
    assert lower < higher < top
    at = wells(tilt)(torch.tensor([2.0, 3.0], dtype=torch.float64))
    assert at.value == pytest.approx(9 + 2 * tilt + 9)
    assert at.gradient.tolist() == pytest.approx([24 + tilt, 6])


def test_small_steps_leave_a_saddle_but_no_local_minimum(materials):
    """Plain descent of 0.01 a step; starts at the saddle's side go down, those within a basin never up."""
    descent = {"kind": "sgd", "rate": 0.01, "momentum": 0.0}
    parameters = {"starts": 3, "evaluations": 900, "distances": [0.1], "tilts": [0.5, 1.0]}
    table = Escapes.model_validate(parameters | {"optimisers": {"descent": descent}}).measure(materials())
    saddle, *minima = table.to_dict("records")
    assert (saddle["place"], saddle["barrier"], saddle["escaped"]) == ("saddle", 0, 1)
    assert 1 < saddle["evaluations"] < 900
    assert [(row["case"], row["escaped"], row["evaluations"]) for row in minima] == [
        (0.5, 0, 900),
        (1.0, 0, 900),
    ]
    assert minima[0]["barrier"] > minima[1]["barrier"] > 0
    assert Escapes.findings(table)[1].endswith("median over barriers: descent 0%.")
