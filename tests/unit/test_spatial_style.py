"""Spatial and local statistics against the formulas written out, in fp64."""

import numpy as np
import pytest
import torch
from scipy.signal import convolve, correlate

from nstbench.statistics.gram import gram
from nstbench.statistics.local_gram import LocalGramDistance, window
from nstbench.statistics.self_convolution import CONVOLUTION, CORRELATION, SelfConvolutionDistance

SHAPES = [(1, 3, 7, 6), (1, 2, 5, 8), (1, 4, 9, 9)]


@pytest.fixture(params=SHAPES, ids=str)
def pair(request):
    torch.manual_seed(2)
    return tuple(torch.randn(request.param, dtype=torch.float64) for _ in range(2))


def positions(features):
    return features[0, 0].numel()


def maps(features, product):
    """product(F_i, F_i) over all shifts, of every channel, by SciPy."""
    return np.stack([product(channel, channel, mode="full") for channel in features[0].numpy()])


@pytest.mark.parametrize(("kind", "product"), [(CONVOLUTION, convolve), (CORRELATION, correlate)])
def test_distance_of_spectra_is_that_of_the_maps(pair, kind, product):
    features, target = pair
    expected = ((maps(features, product) - maps(target, product)) ** 2).sum() / positions(features) ** 2
    assert SelfConvolutionDistance(target, kind)(features).item() == pytest.approx(expected, rel=1e-12)


def test_gradient_of_the_convolution_is_the_published_one(pair):
    """dE/dF(v) = 4 sum_u (G - A)(u) F(u - v), the valid correlation (Nikulin and Novak 2016, section 7)."""
    features, target = pair
    probe = features.clone().requires_grad_()
    SelfConvolutionDistance(target, CONVOLUTION)(probe).backward()
    difference = maps(features, convolve) - maps(target, convolve)
    expected = [
        4 * correlate(map_, channel, mode="valid")
        for map_, channel in zip(difference, features[0].numpy(), strict=True)
    ]
    np.testing.assert_allclose(probe.grad[0].numpy() * positions(features) ** 2, expected, rtol=1e-9)


@pytest.mark.parametrize("kind", [CONVOLUTION, CORRELATION])
def test_gradients_of_spatial_distances_by_finite_differences(pair, kind):
    features, target = pair
    assert torch.autograd.gradcheck(SelfConvolutionDistance(target, kind), features.requires_grad_())


def test_a_turned_picture_has_another_convolution_but_the_same_correlation(pair):
    _, target = pair
    turned = target.flip(-1, -2)
    assert SelfConvolutionDistance(target, CONVOLUTION)(target).item() == pytest.approx(0, abs=1e-20)
    assert SelfConvolutionDistance(target, CONVOLUTION)(turned).item() > 1e-3
    assert SelfConvolutionDistance(target, CORRELATION)(turned).item() == pytest.approx(0, abs=1e-20)


def local_grams(features, weights):
    """(H, W, N, N): the weighted mean of the outer products around each position, position by position."""
    _, channels, height, width = features.shape
    reach = weights.shape[0] // 2
    grams = torch.zeros(height, width, channels, channels, dtype=features.dtype)
    for y, x in np.ndindex(height, width):
        total = 0.0
        for dy, dx in np.ndindex(*weights.shape):
            row, column = y + dy - reach, x + dx - reach
            if 0 <= row < height and 0 <= column < width:
                grams[y, x] += weights[dy, dx] * torch.outer(
                    features[0, :, row, column], features[0, :, row, column]
                )
                total += weights[dy, dx]
        grams[y, x] /= total
    return grams


@pytest.mark.parametrize("radius", [0, 1, 2])
def test_local_distance_is_that_of_the_matrices_around_every_position(pair, radius):
    features, target = pair
    weights = window(radius).double()
    difference = local_grams(features, weights) - local_grams(target, weights)
    expected = difference.square().sum().item() / positions(features)
    assert LocalGramDistance(target, weights)(features).item() == pytest.approx(expected, rel=1e-10)


def test_pixelwise_closed_form_and_its_gradient(pair):
    """sum_p (f.f)^2 - 2 (f.r)^2 + (r.r)^2, gradient 4 ((f.f) f - (f.r) r)."""
    features, target = pair
    ff, fr, rr = (
        (a * b).sum(1, keepdim=True) for a, b in ((features, features), (features, target), (target, target))
    )
    probe = features.clone().requires_grad_()
    distance = LocalGramDistance(target, window(0))(probe)
    distance.backward()
    count = positions(features)
    assert distance.item() == pytest.approx((ff**2 - 2 * fr**2 + rr**2).sum().item() / count, rel=1e-10)
    torch.testing.assert_close(probe.grad, 4 * (ff * features - fr * target) / count)


@pytest.mark.parametrize("radius", [1, 2])
def test_gradient_of_the_windowed_distance_by_finite_differences(pair, radius):
    features, target = pair
    assert torch.autograd.gradcheck(LocalGramDistance(target, window(radius)), features.requires_grad_())


def test_a_window_over_everything_gives_the_global_gram_matrix(pair):
    features, target = pair
    everywhere = torch.ones(19, 19)
    expected = (gram(features) - gram(target)).square().sum().item()
    assert LocalGramDistance(target, everywhere)(features).item() == pytest.approx(expected, rel=1e-10)


def test_weights_of_a_window():
    """1 / (1 + dx^2 + dy^2) sums to 1, 4.33, 6.91, 8.82, 10.31 for radius 0 to 4."""
    sums = [window(radius).sum().item() for radius in range(5)]
    assert sums == pytest.approx([1, 4.33, 6.91, 8.82, 10.31], abs=0.006)


def test_bf16_features_are_compared_in_fp32():
    features = torch.rand(1, 4, 8, 8).to(torch.bfloat16)
    for distance in (
        SelfConvolutionDistance(features, CONVOLUTION),
        LocalGramDistance(features, window(1)),
    ):
        assert distance(features).dtype == torch.float32
        assert distance(features).item() == pytest.approx(0, abs=1e-6)
