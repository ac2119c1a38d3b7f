"""Smoothing by a binomial window of 3 x 3 positions, the outer product of (1, 2, 1) / 4 with itself.

With borders repeated outwards the blur is its own adjoint: <blur a, b> = <a, blur b>. A blurred chain of
Novak and Nikulin 2016, F_l (blur up(F_k))^T, is therefore the chained Gram matrix of the blurred F_l.
"""

from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d, pad


def binomial_blur(maps: Tensor, times: int = 1) -> Tensor:
    """The maps (B, N, H, W) blurred `times` times, in their own precision; their mean stays the same."""
    blurred: Tensor = _Blur.apply(maps, times)
    return blurred


class _Blur(torch.autograd.Function):
    """A symmetric linear map, so that the gradient is the blurred gradient."""

    @staticmethod
    def forward(context: Any, maps: Tensor, times: int) -> Tensor:
        context.times = times
        return _blurred(maps, times)

    @staticmethod
    def backward(context: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        return _blurred(gradients[0], context.times), None


def _blurred(maps: Tensor, times: int) -> Tensor:
    """Means over 2 x 2 neighbours, twice a time, which have the binomial window."""
    for _ in range(times):
        maps = avg_pool2d(avg_pool2d(pad(maps, (1, 1, 1, 1), mode="replicate"), 2, 1), 2, 1)
    return maps
