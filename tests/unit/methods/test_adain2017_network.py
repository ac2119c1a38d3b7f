"""AdaIN's formula, the mirrored decoder, its losses, and pictures of any size."""

import math

import pytest
import torch
from torch.nn.functional import conv2d, interpolate, pad

from nstbench.core.hardware import Hardware
from nstbench.losses.channel_moments import EPSILON, channel_moments
from nstbench.methods.adain2017.architecture import DEEPEST, LAYERS
from nstbench.methods.adain2017.loss import content_loss, style_loss
from nstbench.methods.adain2017.modules import (
    Decoder,
    StyleInPart,
    align,
    blend,
    blend_in_parts,
    open_encoder,
)
from nstbench.methods.adain2017.network import StyleTransferNetwork
from nstbench.networks.catalogue import architecture

CPU = Hardware(torch.device("cpu"), "fp32")
VGG19 = architecture("vgg19")


def features(*shape, seed=0):
    return torch.rand(*shape, generator=torch.Generator().manual_seed(seed)) ** 2


def test_moments_are_means_and_deviations_of_maps():
    maps = features(2, 3, 4, 5)
    mean, deviation = channel_moments(maps)
    assert mean[1, 2].item() == pytest.approx(maps[1, 2].mean().item())
    variance = ((maps[1, 2] - maps[1, 2].mean()) ** 2).sum().item() / 20
    assert deviation[1, 2].item() == pytest.approx(math.sqrt(variance + EPSILON))


def test_moments_do_not_depend_on_how_maps_lie_in_memory_and_are_fp32():
    maps = features(2, 3, 4, 5).bfloat16()
    last = maps.contiguous(memory_format=torch.channels_last)
    for one, other in zip(channel_moments(maps), channel_moments(last), strict=True):
        assert one.dtype == torch.float32
        torch.testing.assert_close(one, other)


def test_aligned_features_have_the_moments_of_the_style():
    """Soboleva, section Adaptive Instance Normalization; within 1e-4."""
    content, style = features(2, 8, 16, 16), 3 * features(2, 8, 9, 20, seed=1) + 1
    aligned = channel_moments(align(content, style))
    for found, wanted in zip(aligned, channel_moments(style), strict=True):
        assert (found - wanted).abs().max() < 1e-4


def test_alignment_is_the_formula_channel_by_channel():
    content, style = features(1, 2, 6, 6).double(), features(1, 2, 3, 3, seed=2).double()
    for channel in range(2):
        x, y = content[0, channel], style[0, channel]
        expected = y.std(correction=0) * (x - x.mean()) / x.std(correction=0) + y.mean()
        torch.testing.assert_close(align(content, style)[0, channel].double(), expected, rtol=1e-3, atol=1e-4)


def test_a_channel_that_never_fires_becomes_the_mean_of_the_style():
    content, style = torch.zeros(1, 1, 4, 4), features(1, 1, 4, 4)
    torch.testing.assert_close(align(content, style), style.mean().expand(1, 1, 4, 4))


def test_a_blend_is_linear_in_styles_and_in_strength():
    content, first, second = features(1, 4, 5, 5), features(1, 4, 5, 5, seed=1), features(1, 4, 6, 6, seed=2)
    found = blend(content, [first, second], [0.3, 0.7], 0.4)
    expected = 0.4 * (0.3 * align(content, first) + 0.7 * align(content, second)) + 0.6 * content
    torch.testing.assert_close(found, expected)
    torch.testing.assert_close(blend(content, [first], [1.0], 0.0), content)


def test_a_part_is_given_the_moments_of_what_of_its_style_is_seen():
    """As if both parts had been cut out; where no style goes the features stay."""
    torch.manual_seed(0)
    content, style = torch.rand(1, 4, 6, 8), torch.rand(1, 4, 5, 6)
    part, visible = torch.zeros(1, 1, 48, 64), torch.zeros(1, 1, 40, 48)
    part[..., :32], visible[..., 24:] = 1, 1
    found = blend_in_parts(content, [StyleInPart(style, 1.0, visible, part)], 0.5)
    left, right = content[..., :4], content[..., 4:]
    torch.testing.assert_close(found[..., :4], (left + align(left, style[..., 3:])) / 2)
    assert torch.equal(found[..., 4:], right)


@pytest.mark.parametrize(("width", "norm"), [(1.0, "none"), (0.125, "instance"), (0.125, "batch")])
def test_the_decoder_mirrors_the_encoder(width, norm):
    """Nine convolutions and three upsamplings: Huang and Belongie's code."""
    convolutions = [layer for layer in Decoder(VGG19, width, norm).layers if hasattr(layer, "kernel_size")]
    channels = [(layer.in_channels, layer.out_channels) for layer in convolutions]
    full = [(512, 256), (256, 256), (256, 256), (256, 256), (256, 128)]
    full += [(128, 128), (128, 64), (64, 64), (64, 3)]
    assert channels == [
        (int(inputs * width), outputs if outputs == 3 else int(outputs * width)) for inputs, outputs in full
    ]
    assert {layer.padding_mode for layer in convolutions} == {"reflect"}


@pytest.mark.parametrize("norm", ["none", "instance", "batch"])
def test_the_decoder_gives_eight_times_the_side(norm):
    decoder = Decoder(VGG19, 0.125, norm).eval()
    assert decoder(features(2, 64, 3, 5)).shape == (2, 3, 24, 40)


def test_the_decoder_is_its_convolutions_by_hand():
    torch.manual_seed(0)
    decoder = Decoder(VGG19, 0.0625)
    steps = ["4_1", "up", "3_4", "3_3", "3_2", "3_1", "up", "2_2", "2_1", "up", "1_2", "1_1"]
    given = features(1, 32, 4, 4)
    expected = given
    for step in steps:
        if step == "up":
            expected = interpolate(expected, scale_factor=2, mode="nearest")
            continue
        layer = getattr(decoder.layers, f"deconv{step}")
        expected = conv2d(pad(expected, (1, 1, 1, 1), mode="reflect"), layer.weight, layer.bias)
        expected = expected if step == "1_1" else expected.clamp_min(0)
    torch.testing.assert_close(decoder(given), expected)


def test_a_fresh_decoder_neither_fades_nor_swells():
    torch.manual_seed(0)
    decoder = Decoder(VGG19, 0.5)
    spread = decoder(torch.randn(1, 256, 8, 8).clamp_min(0) * math.sqrt(2)).std().item()
    assert 0.2 < spread < 5


DIFFERENCES = torch.tensor([[3.0, 4.0], [0.0, 0.0]])


@pytest.mark.parametrize(
    ("form", "content", "style"), [("squared", 6.25, 12.5), ("literal", 2.5, 5.0), ("summed", 6.25, 25.0)]
)
def test_losses_of_two_pictures_by_hand(form, content, style):
    """Differences (3, 4) in one picture, none in the other; the style's twice, in means and deviations."""
    zero = torch.zeros_like(DIFFERENCES)
    given = content_loss(DIFFERENCES[..., None, None], zero[..., None, None], form)
    assert given.item() == pytest.approx(content)
    assert style_loss((DIFFERENCES, -DIFFERENCES), (zero, zero), form).item() == pytest.approx(style)


def test_the_encoder_reflects_at_the_border():
    """A picture with reflected borders of its own has the same features away from them."""
    encoder = open_encoder("vgg19", "embedded", "mean-1", CPU, ["relu1_2"])
    assert {each.padding_mode for each in encoder.convolutions.values()} == {"reflect"}
    flat = torch.full((1, 3, 32, 32), 0.3)
    activation = encoder(flat, ["relu1_2"])["relu1_2"]
    torch.testing.assert_close(activation, activation[..., :1, :1].expand_as(activation))


def test_the_encoder_stops_at_its_deepest_layer():
    assert list(open_encoder("vgg19", "embedded", "mean-1", CPU).layers)[-1] == DEEPEST == LAYERS[-1]


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(0)
    encoder = open_encoder("vgg19", "embedded", "mean-1", CPU, [DEEPEST])
    decoder = Decoder(encoder.architecture, encoder.width).requires_grad_(False).eval()
    return StyleTransferNetwork(encoder, decoder, {}, CPU)


@pytest.mark.parametrize("size", [(32, 32), (33, 40), (47, 71), (16, 17)])
def test_pictures_of_any_size_keep_it(network, size):
    picture = network.stylize(torch.rand(1, 3, *size), [torch.rand(1, 3, 37, 50)], [1.0], 1.0)
    assert picture.shape == (1, 3, *size)
    assert picture.min() >= 0 and picture.max() <= 1


def test_a_multiple_of_the_stride_is_painted_as_it_is(network):
    content, style = torch.rand(1, 3, 32, 48), torch.rand(1, 3, 40, 40)
    of_content, of_style = (network.encoder(image, [DEEPEST])[DEEPEST] for image in (content, style))
    expected = network.decoder(align(of_content, of_style)).clamp(0, 1)
    torch.testing.assert_close(network.stylize(content, [style], [1.0], 1.0), expected)
