"""Style as a distribution: how far the features at all positions of a picture are from those of the style.

A position has N features; all positions together are samples of a distribution. The squared maximum mean
discrepancy of two distributions for a kernel k is

    MMD^2 = E k(x, x') + E k(y, y') - 2 E k(x, y),   x, x' of the picture, y, y' of the style.

With k(x, y) = (x . y)^2 it is the squared distance of Gram matrices, 4 N^2 times the `GramLoss`: matching
Gram matrices is matching distributions. Here are the other kernels, and a match of means and deviations.

References
----------
Li, Wang, Liu and Hou 2017, Demystifying neural style transfer, arXiv:1701.01036; Gretton et al. 2012, A
kernel two-sample test.
"""

import copy
from typing import Self

import numpy as np
import torch
from torch import Tensor, nn

from nstbench.losses.channel_moments import channel_moments
from nstbench.losses.closed_form import with_gradient
from nstbench.losses.content import activations
from nstbench.losses.gram import maps_from_positions, positions_by_channels

# Positions that all others are compared with.
SAMPLE = 256
# Values of the kernel at once, so that they take a few megabytes.
KERNELS_AT_ONCE = 2**20


class LinearMMDLoss(nn.Module):
    """The discrepancy for k(x, y) = x . y, per channel: |mu - nu|^2 / N, mu and nu the mean features.

    Of a batch it is the mean over pictures. The style may have another size than the pictures.

    Parameters
    ----------
    target
        The style's features (1, N, h, w) in one layer.

    References
    ----------
    Li et al. 2017, arXiv:1701.01036, eq. 10, linear kernel.
    """

    target: Tensor

    def __init__(self, target: Tensor) -> None:
        super().__init__()
        self.register_buffer("target", self.statistic(target.detach()))

    def forward(self, features: Tensor) -> Tensor:
        """Compare pictures with the style.

        Parameters
        ----------
        features
            F (B, N, H, W) of the same layer.

        Returns
        -------
        Tensor
            The loss, a scalar.
        """
        return self.compare(self.statistic(features))

    def statistic(self, features: Tensor) -> Tensor:
        """Take what is compared, a mean over positions.

        Parameters
        ----------
        features
            F (B, N, H, W) of the same layer.

        Returns
        -------
        Tensor
            mu (B, N).
        """
        return activations(features).mean((2, 3))

    def compare(self, statistic: Tensor) -> Tensor:
        """Compare mean features with the style's.

        Parameters
        ----------
        statistic
            mu (B, N).

        Returns
        -------
        Tensor
            The loss, a scalar.
        """
        return (statistic - self.target).square().mean()


class BatchStatisticsLoss(nn.Module):
    """How far the statistics of batch normalisation are from the style's: (|mu - nu|^2 + |s - t|^2) / N.

    mu and s are means and deviations of the channels, nu and t those of the style. Of a batch it is the mean
    over pictures. The style may have another size than the pictures.

    Parameters
    ----------
    target
        The style's features (1, N, h, w) in one layer.

    References
    ----------
    Li et al. 2017, arXiv:1701.01036, eq. 13.
    """

    mean: Tensor
    deviation: Tensor

    def __init__(self, target: Tensor) -> None:
        super().__init__()
        mean, deviation = channel_moments(target.detach())
        self.register_buffer("mean", mean)
        self.register_buffer("deviation", deviation)

    def forward(self, features: Tensor) -> Tensor:
        """Compare pictures with the style.

        Parameters
        ----------
        features
            F (B, N, H, W) of the same layer.

        Returns
        -------
        Tensor
            The loss, a scalar.
        """
        mean, deviation = channel_moments(features)
        return (mean - self.mean).square().mean() + (deviation - self.deviation).square().mean()


class GaussianMMDLoss(nn.Module):
    """The discrepancy for k(x, y) = exp(-|x - y|^2 / (2 sigma^2)), estimated without bias.

    Every position is compared with a sample of the picture's positions and with one of the style's, so that
    the work grows with the number of positions, not with its square. The gradient is an unbiased estimate,
    too. Where there are no more positions than the sample has, both are exact for Gretton's unbiased
    estimate from all pairs. sigma^2 is the mean of |y - y'|^2 over
    all pairs of the style's positions; the paper takes it over sampled pairs.

    Parameters
    ----------
    target
        The style's features (1, N, h, w) in one layer, at two positions at least.
    seed
        Numbers from 0, which say what positions are in the samples.
    sample
        How many positions, 2 at least.

    References
    ----------
    Li et al. 2017, arXiv:1701.01036, eq. 10, Gaussian kernel; Gretton et al. 2012, eq. 3.
    """

    target: Tensor
    variance: Tensor
    of_style: Tensor

    def __init__(self, target: Tensor, seed: tuple[int, ...] = (0,), sample: int = SAMPLE) -> None:
        super().__init__()
        self.seed, self.sample = seed, sample
        rows = positions_by_channels(activations(target.detach()))[0]
        self.register_buffer("target", rows)
        # |y - y'|^2 is on average twice the sum of the channels' variances.
        self.register_buffer("variance", (2 * rows.var(0, correction=0).sum()).clamp_min(1e-12))
        self.register_buffer("of_style", self._within(rows)[0])

    def redrawn(self, seed: tuple[int, ...]) -> Self:
        """Give the same loss on other samples.

        Parameters
        ----------
        seed
            Which positions are in them.

        Returns
        -------
        GaussianMMDLoss
            With the same target in memory.
        """
        other = copy.copy(self)
        other.seed = seed
        return other

    def forward(self, features: Tensor) -> Tensor:
        """Compare a picture with the style.

        Parameters
        ----------
        features
            F (1, N, H, W) of the same layer, at two positions at least.

        Returns
        -------
        Tensor
            The loss, a scalar; it can be differentiated once, and may be below 0 as unbiased estimates are.
        """
        return with_gradient(self._evaluate, activations(features))

    def _evaluate(self, features: Tensor) -> tuple[Tensor, Tensor]:
        rows = positions_by_channels(features)[0]
        own, gradient = self._within(rows)
        with_style, of_style = self._kernels(rows, self.target[self._drawn(self.target)])
        value = own + self.of_style - 2 * with_style
        return value, maps_from_positions((gradient - 2 * of_style)[None], features)

    def _drawn(self, rows: Tensor) -> Tensor:
        """The positions of the sample among those of `rows` (M, N)."""
        count = min(self.sample, len(rows))
        drawn = np.random.default_rng(self.seed).choice(len(rows), count, replace=False)
        return torch.from_numpy(drawn).to(rows.device)

    def _within(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        """Mean of k over pairs of a position and another in the sample, and its gradient (M, N).

        Both positions of a pair move, but k is symmetric: twice the gradient for the first has the same mean
        over samples, and spreads over all positions what the few in the sample would have.
        """
        drawn = self._drawn(rows)
        mean, gradient = self._kernels(rows, rows[drawn])
        # A position and itself, k = 1, are no pair; they add nothing to the gradient.
        others = 1 - 1 / len(rows)
        return (mean - 1 / len(rows)) / others, 2 * gradient / others

    def _kernels(self, rows: Tensor, others: Tensor) -> tuple[Tensor, Tensor]:
        """Mean of k over all pairs of `rows` (M, N) and `others` (K, N), and its gradient for `rows`."""
        total, gradients, pairs = rows.new_zeros(()), [], len(rows) * len(others)
        lengths = others.square().sum(1)
        for block in rows.split(max(1, KERNELS_AT_ONCE // len(others))):
            distances = (block.square().sum(1, keepdim=True) + lengths).addmm_(block, others.T, alpha=-2)
            kernels = distances.clamp_min_(0).div_(-2 * self.variance).exp_()
            total += kernels.sum()
            # d k(x, y) / dx = k (y - x) / sigma^2.
            gradients.append(kernels @ others - kernels.sum(1, keepdim=True) * block)
        return total / pairs, torch.cat(gradients) / (self.variance * pairs)
