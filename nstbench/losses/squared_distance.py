"""Distances of a statistic from that of a target."""

from collections.abc import Callable

import torch
from torch import Tensor

# Features (1, N, H, W) of one or more layers to a distance () from a target that is computed once.
Distance = Callable[..., Tensor]


class SquaredDistance:
    """F -> sum (statistic(F) - statistic(R))^2 for features F and a target R, of one or more layers each."""

    def __init__(self, statistic: Callable[..., Tensor], *target: Tensor) -> None:
        self.statistic = statistic
        self.target = statistic(*target)

    def __call__(self, *features: Tensor) -> Tensor:
        return (self.statistic(*features) - self.target).square().sum()


class GradientNormalisedDistance(SquaredDistance):
    """F -> |d|^2 / mean |2 d| for the difference d of the statistics, the denominator taken as a constant.

    The gradient with respect to the statistic has a mean magnitude of 1 however near the target is. It is the
    gradient of no function, so line searches do not apply. Source: Tai's `neuralart`, for GoogLeNet.
    """

    def __call__(self, *features: Tensor) -> Tensor:
        difference = self.statistic(*features) - self.target
        magnitude = 2 * difference.detach().abs().mean()
        return difference.square().sum() / magnitude.clamp_min(torch.finfo(magnitude.dtype).tiny)
