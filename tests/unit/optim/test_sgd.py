"""Gradient descent with momentum against its closed form on a parabola, and against the library."""

import itertools

import numpy as np
import pytest
import torch
from descents import begin, step

from nstbench.optim.optimiser import Evaluation
from nstbench.optim.sgd import SGD

CURVATURES = torch.tensor([0.5, 2.0, 7.0], dtype=torch.float64)
START = torch.tensor([3.0, -1.0, 0.5], dtype=torch.float64)


def parabola(point):
    """sum c x^2 / 2."""
    return Evaluation((0.5 * CURVATURES * point.square()).sum(), CURVATURES * point)


def descended(optimiser, steps, evaluate=parabola):
    begin(optimiser, START.clone(), evaluate)
    for _ in range(steps):
        step(optimiser, evaluate)
    return optimiser


def rate_per_gradient(rate):
    """What the first gradient makes of a rate."""
    return rate / (CURVATURES * START).square().mean().sqrt()


def test_the_first_step_is_as_long_as_the_rate_says():
    moved = descended(SGD(0.01), 1).point - START
    assert moved.square().mean().sqrt().item() == pytest.approx(0.01)


def test_a_parabola_is_descended_by_powers_of_a_matrix():
    """(x, v) <- [[1 - r c, -r m], [c, m]] (x, v) for each axis with curvature c."""
    rate, momentum, steps = 0.2, 0.8, 25
    found = descended(SGD(rate, momentum), steps).point
    r = rate_per_gradient(rate).item()
    for axis, (curvature, start) in enumerate(zip(CURVATURES.tolist(), START.tolist(), strict=True)):
        matrix = np.array([[1 - r * curvature, -r * momentum], [curvature, momentum]])
        expected = np.linalg.matrix_power(matrix, steps) @ [start, 0.0]
        assert found[axis].item() == pytest.approx(expected[0])


def test_without_momentum_every_axis_shrinks_geometrically():
    found = descended(SGD(0.1, momentum=0.0), 12).point
    torch.testing.assert_close(found, START * (1 - rate_per_gradient(0.1) * CURVATURES) ** 12)


def test_same_path_as_the_library():
    reference = START.clone().requires_grad_()
    theirs = torch.optim.SGD([reference], lr=rate_per_gradient(0.1).item(), momentum=0.9)
    for _ in range(30):
        reference.grad = parabola(reference.detach()).gradient
        theirs.step()
    torch.testing.assert_close(descended(SGD(0.1), 30).point, reference.detach())


def test_a_runaway_step_is_taken_back_and_the_rate_quartered():
    """The curvature 7 allows rates below 2/7; with 4/7 that axis triples until a step is too far."""
    rate = 4 / 7 * (CURVATURES * START).square().mean().sqrt().item()
    optimiser = descended(SGD(rate, momentum=0.0), 100)
    assert optimiser.rejected_steps == 1
    assert rate_per_gradient(rate) / 4 == pytest.approx(optimiser._rate)
    assert optimiser.current.value < 1e-3 * parabola(START).value


def test_a_loss_may_rise_as_long_as_it_stays_near_the_start():
    """Momentum carries the point across the valley and up its other side, to many times the least loss."""
    losses = []

    def valley(point):
        losses.append(point[0].square().item())
        return Evaluation(point[0].square(), 2 * point * torch.tensor([1.0, 0.0, 0.0]))

    optimiser = descended(SGD(0.05, momentum=0.95), 60, valley)
    assert optimiser.rejected_steps == 0
    assert max(later / earlier for earlier, later in itertools.pairwise(losses)) > 10


def test_a_rate_far_too_large_ends_below_the_start():
    optimiser = descended(SGD(1e6), 60)
    assert optimiser.rejected_steps > 3
    assert optimiser.current.value < parabola(START).value


def test_no_gradient_no_step():
    def flat(point):
        return Evaluation(torch.tensor(1.0), torch.zeros_like(point))

    assert torch.equal(descended(SGD(0.1), 3, flat).point, START)


def test_restored_state_continues_bit_for_bit():
    whole, first, second = descended(SGD(0.1), 9), descended(SGD(0.1), 4), SGD(0.1)
    second.restore(first.state())
    for _ in range(5):
        step(second, parabola)
    assert torch.equal(whole.point, second.point)
