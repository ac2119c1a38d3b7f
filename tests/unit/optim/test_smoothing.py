"""L-BFGS in smoothed coordinates: the same problem, asked differently."""

import pytest
import torch
from descents import begin, step
from torch import Tensor

from nstbench.methods.descent import make_optimiser
from nstbench.optim.lbfgs import LBFGS
from nstbench.optim.optimiser import Evaluation
from nstbench.optim.settings import LBFGSSettings
from nstbench.optim.smoothing import Smoothing

CPU = torch.device("cpu")


def as_matrix(smooth: Smoothing, size: int) -> Tensor:
    """Its columns are what it makes of unit vectors."""
    return torch.stack([smooth(unit) for unit in torch.eye(size, dtype=torch.float64)], 1)


@pytest.mark.parametrize(("height", "width"), [(4, 6), (5, 7), (3, 3)])
def test_the_filter_is_symmetric_and_as_long_as_its_exponent_says(height: int, width: int) -> None:
    matrix = as_matrix(Smoothing(height, width, 0.25, CPU), 3 * height * width)
    torch.testing.assert_close(matrix, matrix.T, atol=1e-6, rtol=0)
    # A wave of one cycle across the width is made 1/f^p as high, whatever its phase.
    wave = torch.cos(2 * torch.pi * torch.arange(width, dtype=torch.float64) / width + 0.3)
    waves = wave.expand(3, height, width).flatten()
    torch.testing.assert_close(matrix @ waves, width**0.25 * waves, atol=1e-6, rtol=1e-6)


def test_an_exponent_of_0_changes_nothing() -> None:
    values = torch.randn(3 * 5 * 8, dtype=torch.float64)
    torch.testing.assert_close(Smoothing(5, 8, 0.0, CPU)(values), values)


def test_steps_are_those_of_the_problem_in_its_own_coordinates() -> None:
    size = 3 * 4 * 4
    basis, _ = torch.linalg.qr(torch.randn(size, size, dtype=torch.float64))
    hessian = basis @ torch.diag(torch.logspace(0, 1.7, size, dtype=torch.float64)) @ basis.T

    def evaluate(point: Tensor) -> Evaluation:
        gradient = hessian @ point - basis[0]
        return Evaluation(0.5 * point @ hessian @ point - basis[0] @ point, gradient)

    smooth = Smoothing(4, 4, 0.5, CPU)
    matrix = as_matrix(smooth, size)

    def inside(point: Tensor) -> Evaluation:
        found = evaluate(matrix @ point)
        return Evaluation(found.loss, matrix.T @ found.gradient)

    begun = torch.randn(size, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    optimiser, textbook = LBFGS(history=5, smooth=smooth), LBFGS(history=5)
    begin(optimiser, matrix @ begun, evaluate)
    begin(textbook, begun, inside)
    # Only the first step differs, because its length is that of the image.
    first = textbook._first_length
    textbook._first_length = lambda direction: first(matrix @ direction)  # type: ignore[method-assign]
    for _ in range(12):
        step(optimiser, evaluate)
        step(textbook, inside)
        torch.testing.assert_close(optimiser.point, matrix @ textbook.point, rtol=1e-4, atol=1e-5)


def test_settings_make_it_and_write_it_only_where_it_is_asked_for() -> None:
    image = torch.zeros(1, 3, 6, 8)
    plain, smoothed = (make_optimiser(LBFGSSettings(smoothing=p), image) for p in (0.0, 0.25))
    values = torch.randn(3 * 6 * 8)
    assert isinstance(plain, LBFGS)
    assert isinstance(smoothed, LBFGS)
    assert plain.smooth(values) is values
    assert torch.equal(smoothed.smooth(values), Smoothing(6, 8, 0.25, CPU)(values))
    assert "smoothing" not in LBFGSSettings().model_dump()
    assert LBFGSSettings(smoothing=0.25).model_dump()["smoothing"] == 0.25
