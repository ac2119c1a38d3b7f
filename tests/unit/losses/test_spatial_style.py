"""Spatial and local statistics against the formulas written out, in fp64."""

import numpy as np
import pytest
import torch
from scipy.signal import convolve, correlate

from nstbench.losses.gram import GramLoss, gram
from nstbench.losses.local_gram import LocalGramLoss, PixelGramLoss, window
from nstbench.losses.self_convolution import (
    AutocorrelationLoss,
    PairwiseConvolutionLoss,
    SelfConvolutionLoss,
)
from nstbench.losses.spectrum import Spectrum

SHAPES = [(1, 3, 7, 6), (1, 2, 5, 8), (1, 4, 9, 9)]


@pytest.fixture(params=SHAPES, ids=str)
def pair(request):
    torch.manual_seed(2)
    return tuple(torch.randn(request.param, dtype=torch.float64) for _ in range(2))


def positions(features):
    return features[0, 0].numel()


def distance(loss, features):
    """The squared distance, without the factor 1/(4 N^2) of the loss."""
    assert loss.factor == 1 / (4 * features.shape[1] ** 2)
    return loss(features).item() / loss.factor


def maps(features, product):
    """product(F_i, F_i) over all shifts, of every channel, by SciPy."""
    return np.stack([product(channel, channel, mode="full") for channel in features[0].numpy()])


@pytest.mark.parametrize(
    ("loss_from", "product"), [(SelfConvolutionLoss, convolve), (AutocorrelationLoss, correlate)]
)
def test_distance_of_spectra_is_that_of_the_maps(pair, loss_from, product):
    features, target = pair
    expected = ((maps(features, product) - maps(target, product)) ** 2).sum() / positions(features) ** 2
    assert distance(loss_from(target), features) == pytest.approx(expected, rel=1e-12)


def test_distance_of_all_pairs_is_that_of_their_convolutions(pair):
    def convolutions(features):
        maps = features[0].numpy()
        return np.array([[convolve(first, second) for first in maps] for second in maps])

    features, target = pair
    expected = ((convolutions(features) - convolutions(target)) ** 2).sum() / positions(features) ** 2
    assert distance(PairwiseConvolutionLoss(target), features) == pytest.approx(expected, rel=1e-12)


def test_gradient_of_the_convolution_is_the_published_one(pair):
    """dE/dF(v) = 4 sum_u (G - A)(u) F(u - v), the valid correlation (Nikulin and Novak 2016, section 7)."""
    features, target = pair
    probe = features.clone().requires_grad_()
    loss = SelfConvolutionLoss(target)
    (loss(probe) / loss.factor).backward()
    difference = maps(features, convolve) - maps(target, convolve)
    expected = [
        4 * correlate(map_, channel, mode="valid")
        for map_, channel in zip(difference, features[0].numpy(), strict=True)
    ]
    np.testing.assert_allclose(probe.grad[0].numpy() * positions(features) ** 2, expected, rtol=1e-9)


@pytest.mark.parametrize("at_once", [1, 2**17])
def test_spectrum_is_the_fourier_sum_about_the_middle(at_once, monkeypatch):
    """sum F(x, y) exp(-i pi ((k + 1/2)(x - 5/2)/6 + (l + 1/2)(y - 3/2)/4)), and with l + 1/2 negative."""
    monkeypatch.setattr("nstbench.losses.spectrum.VALUES_AT_ONCE", at_once)
    maps = torch.randn(6, 4, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    blocks = list(Spectrum(6, 4, maps)(maps))
    waves = [
        np.exp(-1j * np.pi / side * np.outer(np.arange(side) + 0.5, np.arange(side) - (side - 1) / 2))
        for side in (6, 4)
    ]
    for half, horizontal in enumerate((waves[1], waves[1].conj())):
        found = np.concatenate([block[half][0] - 1j * block[half][1] for block in blocks])
        expected = np.einsum("kx,ly,xyn->kln", waves[0], horizontal, maps.numpy())
        np.testing.assert_allclose(found, expected, atol=1e-12)


def test_adjoint_of_the_spectrum():
    maps, others = torch.randn(2, 6, 4, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(2))
    spectrum = Spectrum(6, 4, maps)
    slopes = list(spectrum(others))

    def products(block, slope):
        return sum((a * b).sum() for a, b in zip(sum(block, ()), sum(slope, ()), strict=True))

    forward = sum(products(block, slope) for block, slope in zip(spectrum(maps), slopes, strict=True))
    torch.testing.assert_close(forward, (maps * spectrum.adjoint(slopes)).sum())


@pytest.mark.parametrize("loss_from", [SelfConvolutionLoss, AutocorrelationLoss, PairwiseConvolutionLoss])
def test_gradients_of_spatial_losses_by_finite_differences(pair, loss_from):
    features, target = pair
    assert torch.autograd.gradcheck(loss_from(target), features.requires_grad_())


def test_a_turned_picture_has_another_convolution_but_the_same_correlation(pair):
    _, target = pair
    turned = target.flip(-1, -2)
    assert SelfConvolutionLoss(target)(target).item() == pytest.approx(0, abs=1e-20)
    assert distance(SelfConvolutionLoss(target), turned) > 1e-3
    assert AutocorrelationLoss(target)(turned).item() == pytest.approx(0, abs=1e-20)


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
    assert distance(LocalGramLoss(target, weights), features) == pytest.approx(expected, rel=1e-10)


def test_a_window_need_not_be_symmetric(pair):
    features, target = pair
    weights = torch.arange(1.0, 10.0).view(3, 3).double()
    difference = local_grams(features, weights) - local_grams(target, weights)
    expected = difference.square().sum().item() / positions(features)
    assert distance(LocalGramLoss(target, weights), features) == pytest.approx(expected, rel=1e-10)


def test_pixelwise_distance_is_that_of_the_outer_products(pair):
    features, target = pair
    products = [torch.einsum("ihw,jhw->ijhw", each[0], each[0]) for each in (features, target)]
    expected = (products[0] - products[1]).square().sum().item() / positions(features)
    assert distance(PixelGramLoss(target), features) == pytest.approx(expected, rel=1e-10)
    assert torch.autograd.gradcheck(PixelGramLoss(target), features.requires_grad_())


def test_a_window_of_one_position_is_pixelwise(pair):
    features, target = pair
    gradients = []
    for loss in (PixelGramLoss(target), LocalGramLoss(target, window(0))):
        probe = features.clone().requires_grad_()
        loss(probe).backward()
        gradients.append(probe.grad)
    torch.testing.assert_close(*gradients)


@pytest.mark.parametrize("radius", [1, 2])
def test_gradient_of_the_windowed_distance_by_finite_differences(pair, radius):
    features, target = pair
    assert torch.autograd.gradcheck(LocalGramLoss(target, window(radius)), features.requires_grad_())


def test_a_window_over_everything_gives_the_global_gram_matrix(pair):
    features, target = pair
    everywhere = torch.ones(19, 19)
    expected = (gram(features) - gram(target)).square().sum().item()
    assert distance(LocalGramLoss(target, everywhere), features) == pytest.approx(expected, rel=1e-10)
    assert GramLoss(target)(features).item() == pytest.approx(
        LocalGramLoss(target, everywhere)(features).item(), rel=1e-10
    )


def test_weights_of_a_window():
    """1 / (1 + dx^2 + dy^2) sums to 1, 4.33, 6.91, 8.82, 10.31 for radius 0 to 4."""
    sums = [window(radius).sum().item() for radius in range(5)]
    assert sums == pytest.approx([1, 4.33, 6.91, 8.82, 10.31], abs=0.006)


def test_bf16_features_are_compared_in_fp32():
    features = torch.rand(1, 4, 8, 8).to(torch.bfloat16)
    for loss in (
        SelfConvolutionLoss(features),
        PairwiseConvolutionLoss(features),
        LocalGramLoss(features, window(1)),
        PixelGramLoss(features),
    ):
        assert loss(features).dtype == torch.float32
        assert distance(loss, features) == pytest.approx(0, abs=1e-6)
