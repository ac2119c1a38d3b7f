"""Losses as modules: in somebody's own loop, against finite differences, and moved like any module."""

import pytest
import torch

from nstbench.losses.chained_gram import ChainedGramLoss, chained_gram
from nstbench.losses.content import ContentLoss
from nstbench.losses.covariation import CovariationLoss
from nstbench.losses.distributions import BatchStatisticsLoss, GaussianMMDLoss, LinearMMDLoss
from nstbench.losses.gram import GramLoss, gram
from nstbench.losses.local_gram import LocalGramLoss, PixelGramLoss, window
from nstbench.losses.self_convolution import (
    AutocorrelationLoss,
    PairwiseConvolutionLoss,
    SelfConvolutionLoss,
)
from nstbench.losses.total_variation import TotalVariationLoss, absolute_variation, squared_variation

ONE, TWO = [(1, 3, 6, 5)], [(1, 3, 6, 4), (1, 2, 3, 2)]
LOSSES = {
    "content": (ContentLoss, ONE),
    "gram": (lambda target: GramLoss(target, -1.0), ONE),
    "chained": (lambda *targets: ChainedGramLoss(*targets, -1.0, blur=1), TWO),
    "local": (lambda target: LocalGramLoss(target, window(1).double()), ONE),
    "pixel": (PixelGramLoss, ONE),
    "convolution": (SelfConvolutionLoss, ONE),
    "correlation": (AutocorrelationLoss, ONE),
    "all-pairs": (PairwiseConvolutionLoss, ONE),
    "covariation": (CovariationLoss, TWO),
    "linear MMD": (LinearMMDLoss, ONE),
    "Gaussian MMD": (GaussianMMDLoss, ONE),
    "batch statistics": (BatchStatisticsLoss, ONE),
    "squared variation": (lambda _: TotalVariationLoss("squared"), ONE),
    "absolute variation": (lambda _: TotalVariationLoss("absolute"), ONE),
}


@pytest.fixture(params=LOSSES)
def made(request):
    """A loss, and other features than its targets."""
    torch.manual_seed(9)
    loss_from, shapes = LOSSES[request.param]
    loss = loss_from(*(torch.rand(shape, dtype=torch.float64) for shape in shapes))
    return loss, [torch.rand(shape, dtype=torch.float64).requires_grad_() for shape in shapes]


def test_gradients_by_finite_differences(made):
    loss, features = made
    assert torch.autograd.gradcheck(loss, features)


def test_a_plain_loop_of_torch_optim_descends(made):
    loss, features = made
    optimiser = torch.optim.Adam(features, lr=0.01)
    values = []
    for _ in range(30):
        optimiser.zero_grad()
        value = loss(*features)
        value.backward()
        optimiser.step()
        values.append(value.item())
    assert values[-1] < 0.8 * values[0]


def test_targets_move_with_the_module(made):
    """The value in fp32 after the module was moved there is that in fp64."""
    loss, features = made
    exact = loss(*features).item()
    assert loss.float()(*(each.float() for each in features)).dtype == torch.float32
    assert loss(*(each.float() for each in features)).item() == pytest.approx(exact, rel=1e-3)


def test_values_are_those_of_the_functions():
    torch.manual_seed(10)
    (f, d), (p, r) = ([torch.rand(shape, dtype=torch.float64) for shape in TWO] for _ in range(2))
    torch.testing.assert_close(ContentLoss(p)(f), (f - p).square().sum() / (2 * p.numel()))
    torch.testing.assert_close(GramLoss(p)(f), (gram(f) - gram(p)).square().sum() / (4 * 3**2))
    chains = chained_gram(f, d) - chained_gram(p, r)
    torch.testing.assert_close(ChainedGramLoss(p, r)(f, d), chains.square().sum() / (4 * 3 * 2))
    torch.testing.assert_close(TotalVariationLoss()(f), squared_variation(f).sum() / f.numel())
    torch.testing.assert_close(TotalVariationLoss("absolute")(f), absolute_variation(f).sum() / f.numel())


def test_a_batch_loses_the_mean_of_what_its_pictures_lose():
    torch.manual_seed(11)
    target, batch = torch.rand(1, 3, 6, 5), torch.rand(4, 3, 6, 5)
    loss = GramLoss(target)
    torch.testing.assert_close(loss(batch), torch.stack([loss(each[None]) for each in batch]).mean())
