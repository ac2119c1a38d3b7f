"""Distances between distributions of features, beside sums over all pairs of positions."""

import itertools
import math

import numpy as np
import pytest
import torch

from nstbench.losses.distributions import BatchStatisticsLoss, GaussianMMDLoss, LinearMMDLoss
from nstbench.losses.gram import GramLoss


@pytest.fixture
def features():
    """Of a picture and of a style of another size, 3 channels."""
    torch.manual_seed(3)
    return torch.rand(1, 3, 5, 4, dtype=torch.float64) ** 2, torch.rand(1, 3, 3, 6, dtype=torch.float64)


def positions(maps):
    return maps[0].flatten(1).T.numpy()


def discrepancy(picture, style, kernel, unbiased=False):
    """MMD^2 by a double loop over positions; without pairs of a position and itself when unbiased."""

    def mean(one, other, same):
        pairs = [
            kernel(x, y)
            for (i, x), (j, y) in itertools.product(enumerate(one), enumerate(other))
            if not (unbiased and same and i == j)
        ]
        return sum(pairs) / len(pairs)

    return mean(picture, picture, True) + mean(style, style, True) - 2 * mean(picture, style, False)


def test_gram_matrices_are_compared_by_a_polynomial_kernel_of_degree_2(features):
    picture, style = features
    expected = discrepancy(*map(positions, features), lambda x, y: (x @ y) ** 2)
    assert 4 * 3**2 * GramLoss(style)(picture).item() == pytest.approx(expected, rel=1e-12)


def test_mean_features_are_compared_by_a_linear_kernel(features):
    picture, style = features
    expected = discrepancy(*map(positions, features), lambda x, y: x @ y)
    assert 3 * LinearMMDLoss(style)(picture).item() == pytest.approx(expected, rel=1e-12)


def gaussian(style):
    """The kernel whose sigma^2 is the mean squared distance of the style's positions."""
    rows = positions(style)
    variance = np.mean([np.sum((x - y) ** 2) for x, y in itertools.product(rows, rows)])
    return lambda x, y: math.exp(-np.sum((x - y) ** 2) / (2 * variance))


@pytest.mark.parametrize("at_once", [2**20, 20])
def test_all_pairs_of_a_gaussian_kernel(features, at_once, monkeypatch):
    monkeypatch.setattr("nstbench.losses.distributions.KERNELS_AT_ONCE", at_once)
    picture, style = features
    expected = discrepancy(*map(positions, features), gaussian(style), unbiased=True)
    assert GaussianMMDLoss(style)(picture).item() == pytest.approx(expected, rel=1e-12)


def test_samples_estimate_the_gaussian_discrepancy_and_its_gradient_without_bias(features):
    picture, style = features
    picture.requires_grad_()

    def evaluated(loss):
        value = loss(picture)
        (gradient,) = torch.autograd.grad(value, picture)
        return torch.cat([value.detach()[None], gradient.flatten()]).numpy()

    exact, sampled = GaussianMMDLoss(style), GaussianMMDLoss(style, sample=4)
    found = np.stack([evaluated(sampled.redrawn((seed,))) for seed in range(2000)])
    # The constant term of the style is from the first sample.
    found[:, 0] += (exact.of_style - sampled.of_style).item()
    errors = found.std(0) / math.sqrt(len(found))
    assert (errors > 0).all()
    assert (abs(found.mean(0) - evaluated(exact)) < 4.5 * errors).all()


def test_the_same_seed_draws_the_same_sample(features):
    picture, style = features
    loss = GaussianMMDLoss(style, (5, 1), sample=4)
    assert loss(picture).item() == loss.redrawn((5, 1))(picture).item()
    assert loss(picture).item() != loss.redrawn((5, 2))(picture).item()


def test_statistics_of_batch_normalisation_by_hand(features):
    picture, style = map(positions, features)
    means = picture.mean(0) - style.mean(0)
    deviations = np.sqrt(picture.var(0) + 1e-5) - np.sqrt(style.var(0) + 1e-5)
    expected = (np.sum(means**2) + np.sum(deviations**2)) / 3
    assert BatchStatisticsLoss(features[1])(features[0]).item() == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("loss_from", [LinearMMDLoss, BatchStatisticsLoss, GaussianMMDLoss])
def test_a_shuffled_style_is_the_style(features, loss_from):
    """Only the distribution counts, not where a feature is."""
    _, style = features
    shuffled = style.flatten(2)[..., torch.randperm(18)].view(1, 3, 6, 3)
    loss = loss_from(style)
    torch.testing.assert_close(loss(shuffled), loss(style), rtol=0, atol=1e-12)


@pytest.mark.parametrize("loss_from", [LinearMMDLoss, BatchStatisticsLoss, GaussianMMDLoss])
def test_a_flat_style_gives_finite_gradients(loss_from):
    picture = torch.zeros(1, 2, 4, 4, requires_grad=True)
    loss_from(torch.zeros(1, 2, 4, 4))(picture).backward()
    assert picture.grad.isfinite().all()
