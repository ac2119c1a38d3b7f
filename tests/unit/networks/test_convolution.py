"""Convolutions against PyTorch's in double precision, and the same bits in every batch."""

import copy

import pytest
import torch
from torch.nn.functional import conv2d

from nstbench.networks.convolution import BatchedConvolution

# Inputs, outputs, kernel, stride, padding, and the height and width of the features.
SHAPES = [
    (3, 32, 3, 1, 1, 24, 20),
    (32, 64, 3, 1, 1, 4, 4),
    (64, 48, 3, 1, 1, 17, 9),
    (16, 24, 1, 1, 0, 7, 7),
    (24, 16, 5, 1, 2, 7, 9),
    (3, 32, 7, 2, 3, 31, 40),
    (3, 16, 11, 4, 2, 40, 37),
]


@pytest.fixture(params=SHAPES, ids=str)
def case(request):
    """A frozen convolution, features of 17 pictures, and a gradient."""
    *settings, height, width = request.param
    torch.manual_seed(0)
    module = BatchedConvolution(*settings).requires_grad_(False)
    features = torch.randn(17, settings[0], height, width).contiguous(memory_format=torch.channels_last)
    return module, features, torch.randn_like(module(features))


def forth_and_back(module, features, gradient):
    features = features.clone().requires_grad_()
    convolved = module(features)
    return convolved.detach(), *torch.autograd.grad(convolved, features, gradient)


def test_convolves_and_differentiates_as_in_double_precision(case):
    module, features, gradient = case
    exact = features.double().requires_grad_()
    expected = conv2d(exact, module.weight.double(), module.bias.double(), module.stride, module.padding)
    (slope,) = torch.autograd.grad(expected, exact, gradient.double())
    for found, wanted in zip(forth_and_back(*case), (expected, slope), strict=True):
        torch.testing.assert_close(found.double(), wanted, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("count", [1, 2, 3, 17])
def test_a_picture_has_the_same_bits_in_every_batch(case, count):
    module, features, gradient = case
    together = forth_and_back(module, features[:count], gradient[:count])
    for number in range(count):
        one = slice(number, number + 1)
        alone = forth_and_back(module, features[one], gradient[one])
        assert all(torch.equal(all_[one], own) for all_, own in zip(together, alone, strict=True))


def test_changed_weights_change_the_gradient(case):
    module, features, gradient = case
    _, before = forth_and_back(module, features, gradient)
    module.weight.mul_(2)
    _, after = forth_and_back(copy.deepcopy(module), features, gradient)
    torch.testing.assert_close(after, 2 * before)


def test_weights_that_are_trained_have_gradients(case):
    module, features, gradient = case
    module.requires_grad_(True)
    module(features).backward(gradient)
    assert module.weight.grad.abs().sum() > 0
