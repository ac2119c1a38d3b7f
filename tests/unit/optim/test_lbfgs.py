import numpy as np
import pytest
import torch
from descents import begin, step
from scipy.optimize import rosen, rosen_der

from nstbench.optim.lbfgs import LBFGS
from nstbench.optim.optimiser import Evaluation


def quadratic(dimension, condition, seed=0):
    """1/2 x'Ax - b'x with a known minimiser."""
    generator = torch.Generator().manual_seed(seed)
    basis, _ = torch.linalg.qr(torch.randn(dimension, dimension, dtype=torch.float64, generator=generator))
    matrix = (
        basis @ torch.diag(torch.logspace(0, np.log10(condition), dimension, dtype=torch.float64)) @ basis.T
    )
    right = torch.randn(dimension, dtype=torch.float64, generator=generator)

    def evaluate(point):
        gradient = matrix @ point - right
        return Evaluation(0.5 * point @ matrix @ point - right @ point, gradient)

    return evaluate, torch.linalg.solve(matrix, right)


def rosenbrock(point):
    x = point.numpy()
    return Evaluation(torch.tensor(rosen(x)), torch.from_numpy(rosen_der(x)))


def two_loops(pairs, gradient):
    """The textbook recursion on vectors (Nocedal and Wright, algorithm 7.4)."""
    q, alphas = gradient.clone(), []
    for s, y in reversed(pairs):
        alphas.append((s @ q) / (s @ y))
        q -= alphas[-1] * y
    s, y = pairs[-1]
    q *= (s @ y) / (y @ y)
    for (s, y), alpha in zip(pairs, reversed(alphas), strict=True):
        q += s * (alpha - (y @ q) / (s @ y))
    return -q


@pytest.mark.parametrize("iterations", [1, 3, 9])
def test_direction_is_that_of_the_textbook_recursion(iterations):
    evaluate, _ = quadratic(12, 30)
    optimiser = LBFGS(rate=0.5, history=4)
    begin(optimiser, torch.zeros(12, dtype=torch.float64), evaluate)
    pairs = []
    for _ in range(iterations):
        point, gradient = optimiser.point, optimiser.current.gradient
        step(optimiser, evaluate)
        pairs.append((optimiser.point - point, optimiser.current.gradient - gradient))
    found = optimiser._memory.direction(optimiser.current.gradient)
    torch.testing.assert_close(
        found, two_loops(pairs[-4:], optimiser.current.gradient), rtol=1e-8, atol=1e-12
    )


def test_finds_the_minimum_of_a_quadratic():
    evaluate, minimiser = quadratic(20, 100)
    optimiser = LBFGS(history=20)
    begin(optimiser, torch.zeros(20, dtype=torch.float64), evaluate)
    for _ in range(120):
        step(optimiser, evaluate)
    torch.testing.assert_close(optimiser.point, minimiser, rtol=1e-6, atol=1e-8)


def test_line_search_solves_rosenbrock():
    optimiser = LBFGS(line_search=True, history=10)
    begin(optimiser, torch.tensor([-1.2, 1.0, -0.5, 2.0], dtype=torch.float64), rosenbrock)
    for _ in range(80):
        step(optimiser, rosenbrock)
    torch.testing.assert_close(optimiser.point, torch.ones(4, dtype=torch.float64), rtol=1e-5, atol=1e-5)


def test_steps_of_the_line_search_meet_the_strong_wolfe_conditions():
    optimiser = LBFGS(line_search=True)
    begin(optimiser, torch.tensor([-1.2, 1.0], dtype=torch.float64), rosenbrock)
    for _ in range(15):
        point, before = optimiser.point, optimiser.current
        step(optimiser, rosenbrock)
        moved, after = optimiser.point - point, optimiser.current
        assert after.loss <= before.loss + 1e-4 * before.gradient @ moved
        assert abs(after.gradient @ moved) <= 0.9 * abs(before.gradient @ moved) + 1e-12


def test_a_step_to_nan_is_taken_back():
    evaluate, minimiser = quadratic(6, 10)
    calls = 0

    def sometimes_nan(point):
        nonlocal calls
        calls += 1
        good = evaluate(point)
        return Evaluation(good.loss * torch.nan, good.gradient * torch.nan) if calls % 7 == 0 else good

    optimiser = LBFGS()
    begin(optimiser, torch.ones(6, dtype=torch.float64), sometimes_nan)
    for _ in range(60):
        step(optimiser, sometimes_nan)
        assert torch.isfinite(optimiser.current.loss)
    assert optimiser.rejected_steps > 0
    torch.testing.assert_close(optimiser.point, minimiser, rtol=1e-5, atol=1e-6)


def test_the_scale_of_the_loss_does_not_matter():
    evaluate, _ = quadratic(8, 20)

    def tiny(point):
        full = evaluate(point)
        return Evaluation(full.loss * 1e-9, full.gradient * 1e-9)

    points = []
    for objective in (evaluate, tiny):
        optimiser = LBFGS()
        begin(optimiser, torch.ones(8, dtype=torch.float64), objective)
        for _ in range(12):
            step(optimiser, objective)
        points.append(optimiser.point)
    torch.testing.assert_close(points[0], points[1], rtol=1e-5, atol=1e-6)


def test_restored_state_continues_bit_for_bit():
    evaluate, _ = quadratic(10, 50)
    whole, first = LBFGS(history=3), LBFGS(history=3)
    for optimiser in (whole, first):
        begin(optimiser, torch.zeros(10, dtype=torch.float64), evaluate)
    for _ in range(5):
        step(first, evaluate)
    second = LBFGS(history=3)
    second.restore(first.state())
    for _ in range(9):
        step(whole, evaluate)
    for _ in range(4):
        step(second, evaluate)
    assert torch.equal(whole.point, second.point)


@pytest.mark.parametrize("line_search", [False, True])
def test_no_gradient_no_step(line_search):
    optimiser = LBFGS(line_search=line_search)
    begin(optimiser, torch.zeros(3), lambda point: Evaluation(point.square().sum(), 2 * point))
    step(optimiser, lambda point: Evaluation(point.square().sum(), 2 * point))
    assert not optimiser.point.any()
