"""Local style: a Gram matrix around every position.

    G_ij(p) = sum_d w(d) F_i(p + d) F_j(p + d) / sum_d w(d),   d within a window, p + d within the picture

Source: Nikulin and Novak 2016, section 9; dividing by the weights inside keeps the border unbiased. The
matrices are never formed. With f(q) the vector of all features at q, and nu(p) = 1 / (sum_d w(d))^2,

    sum_p |G(p)|^2 = sum_e sum_q W_e(q) (f(q) . f(q + e))^2,   W_e(q) = sum_d w(d) w(d + e) nu(q - d),

because both factors of a pair of positions d, d + e only enter by their inner product. A window of radius s
needs (4s + 1)^2 inner products a position instead of the (2s + 1)^4 of the kernel form or the N^2 (2s + 1)^2
of the matrices; radius 0 is the document's pixel-wise closed form, O(N M).
"""

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor

from nstbench.statistics.activations import activations
from nstbench.statistics.closed_form import with_gradient

Offset = tuple[int, int]
Region = tuple[Any, ...]


def window(radius: int) -> Tensor:
    """The weights w(d) = 1 / (1 + |d|^2) of a square window, (2s + 1, 2s + 1)."""
    axis = torch.arange(-radius, radius + 1.0)
    return 1 / (1 + axis[:, None].square() + axis[None, :].square())


class LocalGramDistance:
    """F -> 1/M sum_p |G(p) - A(p)|^2 for features F and a target R of the same shape (1, N, H, W).

    With w = 1 and a window as large as the picture this is |G/M - A/M|^2 of the global Gram matrices.
    """

    def __init__(self, target: Tensor, weights: Tensor) -> None:
        self.target = activations(target)
        self.pair_weights = _pair_weights(weights.to(self.target), *target.shape[-2:])
        self.target_energy = self._inner_product(self.target, self.target)[0]

    def __call__(self, features: Tensor) -> Tensor:
        return with_gradient(self._evaluate, activations(features))

    def _evaluate(self, features: Tensor) -> tuple[Tensor, Tensor]:
        energy, half_gradient = self._inner_product(features, features)
        cross, cross_gradient = self._inner_product(features, self.target)
        positions = features[0, 0].numel()
        total = energy - 2 * cross + self.target_energy
        return total / positions, half_gradient.sub_(cross_gradient).mul_(2 / positions)

    def _inner_product(self, left: Tensor, right: Tensor) -> tuple[Tensor, Tensor]:
        """sum_p <G(p), A(p)> of the features `left` and `right`, and its gradient with respect to `left`."""
        total, gradient = left.new_zeros(()), torch.zeros_like(left)
        for e, weights in self.pair_weights.items():
            here, there = _overlap(left.shape[-2:], e)
            products = (left[here] * right[there]).sum(1)
            weighted = weights[here] * products
            total += (weighted * products).sum()
            gradient[here].addcmul_(right[there], weighted, value=2)
        return total, gradient


def _pair_weights(weights: Tensor, height: int, width: int) -> dict[Offset, Tensor]:
    """W_e, (H, W), for every offset e between two positions of the window."""
    side = weights.shape[0]
    inside = _correlate(weights.new_ones(height, width), weights)
    normaliser = inside.square().reciprocal()
    table = {}
    for e in _offsets(side - 1):
        here, there = _overlap((side, side), e)
        pairs = torch.zeros_like(weights)
        pairs[here] = weights[here] * weights[there]
        table[e] = _correlate(normaliser, pairs.flip(0, 1))
    return table


def _correlate(image: Tensor, kernel: Tensor) -> Tensor:
    """Cross-correlation of (H, W) with an odd square kernel, zero outside."""
    padding = kernel.shape[0] // 2
    return torch.nn.functional.conv2d(image[None, None], kernel[None, None], padding=padding)[0, 0]


def _offsets(reach: int) -> Iterator[Offset]:
    axis = range(-reach, reach + 1)
    return ((row, column) for row in axis for column in axis)


def _overlap(shape: Sequence[int], offset: Offset) -> tuple[Region, Region]:
    """The positions q with q + e inside, and those positions q + e."""
    here = tuple(slice(max(0, -e), max(0, side - max(0, e))) for side, e in zip(shape, offset, strict=True))
    there = tuple(slice(max(0, e), max(0, side + min(0, e))) for side, e in zip(shape, offset, strict=True))
    return (..., *here), (..., *there)
