"""Losses of a part of a picture, against sums over its positions."""

from functools import partial

import pytest
import torch

from nstbench.losses.chained_gram import ChainedGramLoss
from nstbench.losses.content import ContentLoss
from nstbench.losses.distributions import BatchStatisticsLoss, GaussianMMDLoss, LinearMMDLoss
from nstbench.losses.gram import GramLoss, gram
from nstbench.losses.guidance import guidance, guided, of_positions, positions_of


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
    content = guided(ContentLoss, [target], part, part)
    inside = slice(None), slice(None), slice(None), slice(0, 3)
    torch.testing.assert_close(content(features), (features - target)[inside].square().mean() / 2)
    style = guided(GramLoss, [target], None, part)
    loss = style(features)
    torch.testing.assert_close(loss, (gram(features[inside]) - gram(target)).square().sum() / 36)
    (gradient,) = torch.autograd.grad(loss, features)
    assert gradient[..., :3].abs().min() > 0
    assert not gradient[..., 3:].any()


def test_a_guided_chain_is_the_mean_over_the_part_of_shifted_features():
    """With s = -1 what is hidden would count as 1 if it were shifted after it had been hidden."""
    torch.manual_seed(0)
    shallow, deep = torch.rand(1, 3, 4, 8, dtype=torch.float64), torch.rand(1, 2, 2, 4, dtype=torch.float64)
    left = half(8, 16).double()
    loss = guided(ChainedGramLoss, [shallow, deep], left, None, -1.0)
    matrix = loss.loss.target
    inside = shallow[0, :, :, :4].flatten(1) - 1
    enlarged = deep.repeat_interleave(2, 2).repeat_interleave(2, 3)[0, :, :, :4].flatten(1) - 1
    torch.testing.assert_close(matrix[0], inside @ enlarged.T / 16)


@pytest.mark.parametrize("blur", [0, 2])
def test_a_guided_chain_does_not_look_elsewhere(blur):
    torch.manual_seed(0)
    targets = torch.rand(1, 3, 4, 8, dtype=torch.float64), torch.rand(1, 2, 2, 4, dtype=torch.float64)
    left = half(8, 16).double()
    loss = guided(partial(ChainedGramLoss, blur=blur), targets, None, left, -1.0)
    features = [torch.rand_like(each).requires_grad_() for each in targets]
    before = loss(*features)
    for each, gradient in zip(features, torch.autograd.grad(before, features), strict=True):
        middle = each.shape[-1] // 2
        assert gradient[..., :middle].abs().min() > 0
        assert not gradient[..., middle:].any()


def test_the_positions_of_a_part_are_those_of_which_it_has_half():
    part = torch.zeros(1, 1, 4, 8)
    part[..., :3] = 1  # The second position of a layer of 2 x 4 has half of its pixels.
    features = torch.arange(8.0).view(1, 1, 2, 4)
    assert positions_of(part, features).flatten().tolist() == [0, 1, 4, 5]
    part[:, :, 1:] = 0  # A half of one position, a quarter of the next, and nothing else.
    assert sorted(positions_of(part, features).flatten().tolist()) == [0, 1]


@pytest.mark.parametrize("kind", [LinearMMDLoss, BatchStatisticsLoss, GaussianMMDLoss, GramLoss])
def test_a_loss_of_positions_is_that_of_the_part_cut_out(kind):
    torch.manual_seed(0)
    target, features = torch.rand(2, 1, 3, 4, 8)
    left = half(8, 16)
    found = of_positions(kind, [target], left, left)(features)
    torch.testing.assert_close(found, kind(target[..., :4])(features[..., :4]))
    assert isinstance(of_positions(kind, [target], left, None), kind)
