"""The temporal loss, and the blend that minimises it beside a finished picture."""

import pytest
import torch

from nstbench.losses.temporal import TemporalLoss, blended


@pytest.fixture
def pictures():
    generator = torch.Generator().manual_seed(0)
    made, target = torch.rand(2, 1, 3, 5, 6, generator=generator)
    return made, target, torch.rand(1, 1, 5, 6, generator=generator).round(decimals=1)


def test_the_loss_is_the_mean_over_values_of_what_is_trusted(pictures):
    image, target, trust = pictures
    expected = sum(
        float(trust[0, 0, row, column]) * float(image[0, c, row, column] - target[0, c, row, column]) ** 2
        for c in range(3)
        for row in range(5)
        for column in range(6)
    ) / (3 * 5 * 6)
    assert float(TemporalLoss(target, trust)(image)) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("weight", [0.0, 0.5, 4.0])
def test_a_blend_is_the_minimum_of_both_distances(pictures, weight):
    made, target, trust = (each.double() for each in pictures)
    image = blended(made, target, trust, weight).requires_grad_()
    total = (image - made).square().sum() + weight * (trust * (image - target).square()).sum()
    (gradient,) = torch.autograd.grad(total, image)
    assert gradient.abs().max() < 1e-12
