import itertools
from copy import deepcopy

import pytest
import torch
from torch.nn.functional import conv2d, pad

from nstbench.core.hardware import Hardware
from nstbench.networks import winograd
from nstbench.networks.loading import load_backbone
from nstbench.networks.winograd import Convolution3x3, choose

CPU = torch.device("cpu")
FAST = ("F(4,3)", "F(4x4,3x3)")
SIDES = ((8, 8), (7, 9), (13, 22), (4, 1), (1, 6), (33, 16))


def channels_last(*shape):
    return torch.randn(shape).contiguous(memory_format=torch.channels_last)


def convolution(inputs=3, outputs=5):
    return Convolution3x3(inputs, outputs).requires_grad_(False).to(memory_format=torch.channels_last)


def direct(module, features):
    """By PyTorch in fp64."""
    return conv2d(features.double(), module.weight.double(), module.bias.double(), padding=1)


@pytest.fixture(params=FAST)
def algorithm(request, monkeypatch):
    """Either, whatever the size."""
    monkeypatch.setattr(winograd, "choose", lambda *_: request.param)
    return request.param


@pytest.mark.parametrize("sides", SIDES)
@pytest.mark.parametrize("chunk", [1, 2**19])
def test_with_whole_numbers_it_is_exact(algorithm, monkeypatch, sides, chunk):
    """Where the fractions of the transformed filters, 24ths squared, cancel out, fp32 rounds nothing."""
    monkeypatch.setattr(winograd, "CHUNK", chunk)
    module = convolution()
    module.weight.copy_(torch.randint(-1, 2, module.weight.shape) * 576)
    module.bias.copy_(torch.arange(5))
    features = torch.randint(-1, 2, (2, 3, *sides)).float().contiguous(memory_format=torch.channels_last)
    assert (module(features) - direct(module, features)).abs().max() < 1e-12
    assert module.used == {algorithm}


@pytest.mark.parametrize("sides", SIDES)
def test_it_agrees_with_the_direct_convolution_in_fp64(algorithm, sides):
    module, features = convolution(48, 64), channels_last(3, 48, *sides)
    expected = direct(module, features)
    assert (module(features) - expected).abs().max() <= 2e-5 * expected.abs().max()


@pytest.mark.parametrize("sides", SIDES)
def test_its_gradient_is_that_of_the_direct_convolution(algorithm, sides):
    module, features = convolution(48, 64), channels_last(2, 48, *sides).requires_grad_()
    slope = torch.randn(2, 64, *sides)
    (gradient,) = torch.autograd.grad(module(features), features, slope)
    (expected,) = torch.autograd.grad(direct(module, features), features, slope.double())
    assert (gradient - expected).abs().max() <= 2e-5 * expected.abs().max()
    assert gradient.is_contiguous(memory_format=torch.channels_last)


def test_it_can_be_differentiated_twice(algorithm):
    """The gradient's derivative with respect to the slope is the convolution without its bias."""
    module, features = convolution(), channels_last(1, 3, 6, 7).requires_grad_()
    slope, along = torch.randn(1, 5, 6, 7, requires_grad=True), channels_last(1, 3, 6, 7)
    (gradient,) = torch.autograd.grad(module(features), features, slope, create_graph=True)
    (found,) = torch.autograd.grad(gradient, slope, along)
    torch.testing.assert_close(found, conv2d(along, module.weight, padding=1), atol=1e-4, rtol=1e-4)


def test_a_picture_does_not_depend_on_those_beside_it(algorithm):
    module, features = convolution(64, 128), channels_last(5, 64, 17, 20)
    together = module(features)
    assert all(torch.equal(together[i : i + 1], module(features[i : i + 1])) for i in range(5))


def test_it_multiplies_without_onednn_too(monkeypatch):
    monkeypatch.setattr(winograd, "choose", lambda *_: "F(4x4,3x3)")
    monkeypatch.setattr(torch.ops, "mkldnn", None)
    module, features = convolution(), channels_last(2, 3, 9, 10)
    assert (module(features) - direct(module, features)).abs().max() < 1e-4


def test_changed_weights_are_noticed(algorithm):
    module, features = convolution(), channels_last(1, 3, 8, 8)
    before = module(features)
    module.weight.mul_(2)
    module.bias.mul_(2)
    torch.testing.assert_close(module(features), 2 * before, atol=1e-4, rtol=1e-4)
    module.bfloat16().float()
    assert (module(features).double() - direct(module, features)).abs().max() < 1e-4


def test_a_copy_convolves_like_its_original(algorithm):
    module, features = convolution(), channels_last(1, 3, 8, 8)
    once = module(features)
    assert torch.equal(deepcopy(module)(features), once)


@pytest.mark.usefixtures("algorithm")
@pytest.mark.parametrize(
    "why", ["a trained weight", "a trained bias", "fp64", "bf16", "channels first", "autocast"]
)
def test_all_else_is_convolved_directly(why):
    module, features = convolution(), channels_last(2, 3, 8, 8)
    match why:
        case "a trained weight":
            module.weight.requires_grad_()
        case "a trained bias":
            module.bias.requires_grad_()
        case "fp64" | "bf16":
            dtype = torch.float64 if why == "fp64" else torch.bfloat16
            module, features = module.to(dtype), features.to(dtype)
        case "channels first":
            features = features.contiguous()
    with torch.autocast("cpu", torch.bfloat16, enabled=why == "autocast"):
        found = module(features)
        expected = conv2d(features, module.weight, module.bias, padding=1)
    assert module.used == {"direct"}
    assert found.dtype == expected.dtype
    assert torch.equal(found, expected)


def test_the_algorithm_follows_the_size():
    """Of the measured layers: VGG-19 at 256 px, and maps too small or too thin for it to pay."""
    assert choose(256, 256, 64, 64) == choose(128, 128, 64, 128) == "F(4,3)"
    assert choose(128, 128, 128, 128) == choose(16, 16, 512, 512) == "F(4x4,3x3)"
    assert choose(256, 256, 3, 64) == choose(256, 256, 32, 32) == choose(8, 8, 512, 512) == "direct"
    assert choose(64, 64, 64, 64) == choose(16, 16, 256, 256) == "direct"


def test_forth_and_back_are_chosen_alike():
    for height, width, *channels in itertools.product(
        (4, 16, 64), (4, 32, 128), (32, 64, 512), (64, 128, 512)
    ):
        assert choose(height, width, *channels) == choose(height, width, *reversed(channels))


def test_a_network_says_which_convolutions_it_shortened(monkeypatch):
    """Its features are those of direct convolutions, within rounding."""
    backbone = load_backbone("vgg19", "embedded", "max", Hardware(CPU, "fp32"))
    image, wanted = torch.rand(1, 3, 192, 192), ["relu2_2", "relu4_2"]
    assert backbone.winograd is None
    features = backbone(image, wanted)
    assert backbone.winograd == (
        "conv2_2 F(4,3), conv3_2 F(4x4,3x3), conv3_3 F(4x4,3x3), conv3_4 F(4x4,3x3), conv4_2 F(4x4,3x3)"
    )
    monkeypatch.setattr(winograd, "choose", lambda *_: "direct")
    for name, expected in backbone(image, wanted).items():
        assert (features[name] - expected).abs().max() <= 5e-5 * expected.abs().max()


@pytest.mark.parametrize("sides", [(130, 66), (97, 93)])
def test_a_picture_has_the_same_bits_in_every_batch(algorithm, sides):
    torch.manual_seed(1)
    module = Convolution3x3(64, 48).requires_grad_(False)
    features = torch.randn(5, 64, *sides).contiguous(memory_format=torch.channels_last)
    gradient = torch.randn(5, 48, *sides).contiguous(memory_format=torch.channels_last)

    def forth_and_back(part):
        given = features[part].clone().requires_grad_()
        convolved = module(given)
        return convolved.detach(), *torch.autograd.grad(convolved, given, gradient[part])

    together = forth_and_back(slice(0, 5))
    assert module.used == {algorithm}
    for number in range(5):
        one = slice(number, number + 1)
        for all_, own in zip(together, forth_and_back(one), strict=True):
            assert torch.equal(all_[one], own)


def test_reflected_borders_are_left_to_pytorch():
    """The encoder of AdaIN sets them on a backbone's convolutions."""
    module = Convolution3x3(128, 128).requires_grad_(False)
    module.padding_mode = "reflect"
    features = torch.rand(1, 128, 64, 64).to(memory_format=torch.channels_last)
    expected = conv2d(pad(features, (1, 1, 1, 1), mode="reflect"), module.weight, module.bias)
    torch.testing.assert_close(module(features), expected)
