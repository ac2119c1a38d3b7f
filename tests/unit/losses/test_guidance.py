"""Losses of a part of a picture, against sums over its positions."""

import torch

from nstbench.losses.content import ContentLoss
from nstbench.losses.gram import GramLoss, gram
from nstbench.losses.guidance import guidance, guided


def half(height, width):
    part = torch.zeros(1, 1, height, width)
    part[..., : width // 2] = 1
    return part


def test_a_guided_gram_matrix_is_the_mean_over_the_part():
    torch.manual_seed(0)
    features = torch.rand(1, 3, 4, 6, dtype=torch.float64)
    inside = features[0, :, :, :3].flatten(1)
    expected = sum(torch.outer(f, f) for f in inside.T) / inside.shape[1]
    torch.testing.assert_close(gram(features * guidance(half(4, 6).double(), 4, 6))[0], expected)


def test_a_layer_counts_a_position_by_the_share_of_its_pixels():
    part = torch.zeros(1, 1, 4, 4)
    part[..., 0] = 1  # A quarter of the columns, so half of the left positions.
    squares = guidance(part, 2, 2).square()[0, 0]
    torch.testing.assert_close(squares, torch.tensor([[2.0, 0.0], [2.0, 0.0]]))


def test_losses_of_a_part_do_not_look_elsewhere():
    torch.manual_seed(0)
    target, part = torch.rand(1, 3, 4, 6, dtype=torch.float64), half(8, 12).double()
    features = torch.rand_like(target).requires_grad_()
    content = guided(ContentLoss, target, part, part)
    inside = slice(None), slice(None), slice(None), slice(0, 3)
    torch.testing.assert_close(content(features), (features - target)[inside].square().mean() / 2)
    style = guided(GramLoss, target, None, part)
    loss = style(features)
    torch.testing.assert_close(loss, (gram(features[inside]) - gram(target)).square().sum() / 36)
    (gradient,) = torch.autograd.grad(loss, features)
    assert gradient[..., :3].abs().min() > 0
    assert not gradient[..., 3:].any()
