"""Shifted, chained and blurred Gram matrices against the formulas written out, in fp64."""

import pytest
import torch
from torch.nn.functional import conv2d, interpolate, pad

from nstbench.losses.chained_gram import binomial_blur, chained_gram
from nstbench.losses.gram import gram

# Sizes of two neighbouring layers: equal, halved, halved and rounded down or up, and cells of many sizes.
SIZES = [((6, 5), (6, 5)), ((8, 6), (4, 3)), ((11, 7), (5, 3)), ((9, 7), (5, 4)), ((13, 9), (4, 2))]
SHIFTS = [0.0, -1.0, 0.3]


@pytest.fixture(params=SIZES, ids=str)
def layers(request):
    """Features of a shallow and a deep layer, two pictures each."""
    torch.manual_seed(0)
    shallow, deep = request.param
    return torch.randn(2, 3, *shallow, dtype=torch.float64), torch.randn(2, 4, *deep, dtype=torch.float64)


def written_out(shallow, deep, shift, blur=lambda maps: maps):
    """(F_l + s) (blur up(F_k) + s)^T / M_l, the deeper maps enlarged to the size of the others."""
    enlarged = blur(interpolate(deep, shallow.shape[-2:], mode="nearest"))
    left, right = (maps.flatten(2) + shift for maps in (shallow, enlarged))
    return left @ right.mT / left.shape[-1]


def binomial_window(maps):
    """The window (1, 2, 1)' (1, 2, 1) / 16 moved over maps whose borders are repeated."""
    column = torch.tensor([1.0, 2.0, 1.0], dtype=maps.dtype) / 4
    window = torch.outer(column, column).expand(maps.shape[1], 1, 3, 3)
    return conv2d(pad(maps, (1, 1, 1, 1), mode="replicate"), window, groups=maps.shape[1])


@pytest.mark.parametrize("shift", SHIFTS)
def test_chain_is_the_product_with_the_enlarged_maps(layers, shift):
    torch.testing.assert_close(chained_gram(*layers, shift), written_out(*layers, shift))


@pytest.mark.parametrize("shift", SHIFTS)
def test_gradients_of_chains_by_finite_differences(layers, shift):
    inputs = [layer.requires_grad_() for layer in layers]
    assert torch.autograd.gradcheck(lambda *both: chained_gram(*both, shift), inputs, fast_mode=True)


@pytest.mark.parametrize("shift", SHIFTS)
def test_chain_of_a_layer_with_itself_is_its_gram_matrix(layers, shift):
    features, _ = layers
    torch.testing.assert_close(chained_gram(features, features, shift), gram(features, shift))


@pytest.mark.parametrize("shift", SHIFTS)
def test_shifted_gram_by_finite_differences(layers, shift):
    features = layers[0].requires_grad_()
    assert torch.autograd.gradcheck(lambda each: gram(each, shift), features, fast_mode=True)


def test_shift_identity(layers):
    """G_s = G + s (mu 1' + 1 mu') + s^2, with the channel means mu."""
    features, shift = layers[0], -1.0
    means = features.mean((2, 3))
    expected = gram(features) + shift * (means[:, :, None] + means[:, None, :]) + shift**2
    torch.testing.assert_close(gram(features, shift), expected)
    torch.testing.assert_close(gram(features, shift), gram(features + shift))


def test_with_means_of_one_the_shift_by_minus_one_gives_covariances():
    features = torch.rand(1, 4, 9, 9, dtype=torch.float64)
    features /= features.mean((2, 3), keepdim=True)
    torch.testing.assert_close(gram(features, -1.0)[0], torch.cov(features[0].flatten(1), correction=0))


def test_two_features_that_never_fire_count_with_a_shift():
    nothing = torch.zeros(1, 2, 4, 4)
    assert gram(nothing).abs().max() == 0
    assert (gram(nothing, -1.0) == 1).all()


def test_blur_is_the_binomial_window(layers):
    maps, _ = layers
    torch.testing.assert_close(binomial_blur(maps), binomial_window(maps))
    torch.testing.assert_close(binomial_blur(maps, 2), binomial_window(binomial_window(maps)))
    assert binomial_blur(maps, 0) is maps or torch.equal(binomial_blur(maps, 0), maps)


def test_blur_keeps_the_mean_and_is_its_own_adjoint(layers):
    maps, others = layers[0], torch.randn_like(layers[0])
    torch.testing.assert_close(binomial_blur(maps, 3).mean((2, 3)), maps.mean((2, 3)))
    torch.testing.assert_close(
        (binomial_blur(maps, 2) * others).sum(), (maps * binomial_blur(others, 2)).sum()
    )


@pytest.mark.parametrize("shift", SHIFTS)
def test_blurred_chain_is_the_product_with_the_blurred_maps(layers, shift):
    """The suite blurs the shallow layer's maps, the paper the deeper one's after enlarging them."""
    shallow, deep = layers
    found = chained_gram(shallow, deep, shift, blur=2)
    twice = written_out(shallow, deep, shift, lambda maps: binomial_window(binomial_window(maps)))
    torch.testing.assert_close(found, twice)


def test_gradient_of_the_blur_by_finite_differences(layers):
    maps = layers[0].requires_grad_()
    assert torch.autograd.gradcheck(lambda each: binomial_blur(each, 2), maps, fast_mode=True)


@pytest.mark.parametrize("shift", SHIFTS)
def test_bf16_features_accumulate_in_fp32(shift):
    """The error of hundreds of thousands of products stays near the rounding of one bf16 number, 2^-9."""
    torch.manual_seed(1)
    shallow, deep = torch.rand(1, 16, 512, 512).bfloat16(), torch.rand(1, 8, 256, 256).bfloat16()
    found = chained_gram(shallow, deep, shift)
    assert found.dtype == torch.float32
    exact = written_out(shallow.double(), deep.double(), shift)
    assert (found - exact).abs().max() < 2**-9 * exact.abs().max()


def test_gradients_keep_precision_and_layout():
    shallow, deep = (
        torch.rand(1, 8, side, side).bfloat16().contiguous(memory_format=torch.channels_last).requires_grad_()
        for side in (16, 8)
    )
    gradients = torch.autograd.grad(chained_gram(shallow, deep, -1.0).square().sum(), (shallow, deep))
    for gradient in gradients:
        assert gradient.dtype == torch.bfloat16
        assert gradient.is_contiguous(memory_format=torch.channels_last)


def test_layout_does_not_matter():
    shallow, deep = torch.randn(1, 8, 16, 16), torch.randn(1, 4, 8, 8)
    last = [features.contiguous(memory_format=torch.channels_last) for features in (shallow, deep)]
    torch.testing.assert_close(chained_gram(shallow, deep, -1.0), chained_gram(*last, -1.0))
