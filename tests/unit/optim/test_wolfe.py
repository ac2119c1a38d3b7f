"""Step lengths against the strong Wolfe conditions (Nocedal and Wright 2006, eq. 3.7)."""

import math

import pytest
import torch
from descents import at_once

from nstbench.optim.lockstep import finish
from nstbench.optim.optimiser import Evaluation
from nstbench.optim.wolfe import (
    CURVATURE,
    MOST_TRIALS,
    SUFFICIENT_DECREASE,
    Trial,
    _interpolate,
    strong_wolfe,
)


def line(function):
    """A function of one variable with its gradient, and the list of the lengths at which it was asked."""
    asked = []

    def evaluate(point):
        inner = point.detach().requires_grad_()
        loss = function(inner).sum()
        (gradient,) = torch.autograd.grad(loss, inner)
        asked.append(point.item())
        return Evaluation(loss.detach(), gradient)

    return evaluate, asked


def search(function, length):
    """The step from 0 to the right, its evaluation, the evaluation at 0, and the lengths asked."""
    evaluate, asked = line(function)
    origin = torch.zeros(1, dtype=torch.float64)
    start = evaluate(origin)
    asked.clear()
    found, evaluation = finish(
        strong_wolfe(at_once(evaluate), origin, torch.ones_like(origin), length, start)
    )
    return found, evaluation, start, asked


# Two of More and Thuente 1994, "Line search algorithms with guaranteed sufficient decrease", one of many
# minima, and one that is nearly flat behind its minimum.
FUNCTIONS = {
    "rational": lambda t: -t / (t * t + 2),
    "quintic": lambda t: (t + 0.004) ** 5 - 2 * (t + 0.004) ** 4,
    "waves": lambda t: (t - 1) ** 2 - 0.1 * torch.sin(20 * t),
    "well": lambda t: 0.001 * t * t - torch.exp(-2 * (t - 1) ** 2),
}


@pytest.mark.parametrize("length", [1e-3, 0.1, 1.0, 10.0, 1e3])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_step_meets_the_strong_wolfe_conditions(name, length):
    found, evaluation, start, asked = search(FUNCTIONS[name], length)
    slope = start.gradient.item()
    assert slope < 0
    assert evaluation.value <= start.value + SUFFICIENT_DECREASE * found * slope
    assert abs(evaluation.gradient.item()) <= CURVATURE * abs(slope)
    assert found in asked
    assert len(asked) <= MOST_TRIALS


@pytest.mark.parametrize("length", [1.5, 40.0])
def test_a_trial_without_a_finite_loss_is_too_long(length):
    """-t - log(1 - t) / 10 ends at t = 1 and is least at 0.9."""
    found, evaluation, _, _ = search(lambda t: -t - torch.log(1 - t) / 10, length)
    assert 0 < found < 1
    assert math.isfinite(evaluation.value)
    assert abs(evaluation.gradient.item()) <= CURVATURE * 0.9


def test_a_loss_without_a_minimum_is_followed_to_the_last_trial():
    found, evaluation, _, asked = search(lambda t: -t, 1.0)
    assert asked == [2.0**n for n in range(MOST_TRIALS)]
    assert found == asked[-1]
    assert evaluation.value == -found


def test_the_best_trial_counts_where_none_meets_the_conditions():
    """A kink at 0.3 has a slope of 1 or -1 on both sides of it, never one that is flat enough."""
    found, evaluation, start, asked = search(lambda t: (t - 0.3).abs(), 1.0)
    assert len(asked) == MOST_TRIALS
    assert evaluation.value < start.value
    assert found == pytest.approx(0.3, abs=1e-3)


def trial(length, value, slope):
    return Trial(length, value, slope, None)


@pytest.mark.parametrize("ends", [(0.0, 2.0), (2.0, 0.0)])
def test_the_minimiser_of_a_cubic_is_found_at_once(ends):
    """t^3 - 3 t is least at 1."""
    low, high = (trial(t, t**3 - 3 * t, 3 * t * t - 3) for t in ends)
    assert _interpolate(low, high) == pytest.approx(1)


def test_a_minimiser_at_an_end_is_kept_off_it():
    """(t - 0.01)^2 is least at 0.01, nearer to the end than a tenth of the bracket."""
    low, high = (trial(t, (t - 0.01) ** 2, 2 * (t - 0.01)) for t in (0.0, 1.0))
    assert _interpolate(low, high) == pytest.approx(0.1)


@pytest.mark.parametrize("high", [trial(1.0, -2.0, -4.0), trial(1.0, -1.0, -1.0), trial(1.0, math.inf, 1.0)])
def test_the_middle_is_taken_where_a_cubic_has_no_minimiser(high):
    """-t - t^3, -t, and what is not finite at 1."""
    assert _interpolate(trial(0.0, 0.0, -1.0), high) == 0.5
