"""Local style: a Gram matrix around every position.

    G_ij(p) = sum_d w(d) F_i(p + d) F_j(p + d) / sum_d w(d),   d within a window, p + d within the picture

Source: Nikulin and Novak 2016, section 9; dividing by the weights inside keeps the border unbiased. The
matrices are never formed. With f(q) the vector of all features at q, and nu(p) = 1 / (sum_d w(d))^2,

    sum_p |G(p)|^2 = sum_q sum_q' W(q, q') (f(q) . f(q'))^2,   W(q, q') = sum_p w(q - p) w(q' - p) nu(p),

because both factors of a pair of positions only enter by their inner product. A window of radius s needs
those of positions up to 2s apart, fewer than the (2s + 1)^4 of the kernel form and the N^2 (2s + 1)^2 of the
matrices. They are taken tile by tile, as matrix products of a tile with its surroundings.
"""

import torch
from torch import Tensor

from nstbench.losses.activations import activations
from nstbench.losses.closed_form import with_gradient
from nstbench.losses.tiling import Tiling

SMALLEST_TILE = 4


def window(radius: int) -> Tensor:
    """The weights w(d) = 1 / (1 + |d|^2) of a square window, (2s + 1, 2s + 1)."""
    axis = torch.arange(-radius, radius + 1.0)
    return 1 / (1 + axis[:, None].square() + axis[None, :].square())


class LocalGramDistance:
    """F -> 1/M sum_p |G(p) - A(p)|^2 for features F and a target R of the same shape (1, N, H, W).

    With w = 1 and a window as large as the picture this is |G/M - A/M|^2 of the global Gram matrices.
    """

    def __init__(self, target: Tensor, weights: Tensor) -> None:
        target, reach = activations(target), len(weights) - 1
        height, width = target.shape[-2:]
        self.tiling = Tiling(height, width, max(SMALLEST_TILE, reach), reach)
        self.weights = _pair_weights(weights.to(target), self.tiling)
        self.target = list(self.tiling.surroundings(target))
        self.target_energy = sum(
            _inner_product(self.tiling.middles(row), row, weights)[0]
            for row, weights in zip(self.target, self.weights, strict=True)
        )

    def __call__(self, features: Tensor) -> Tensor:
        return with_gradient(self._evaluate, activations(features))

    def _evaluate(self, features: Tensor) -> tuple[Tensor, Tensor]:
        positions = features[0, 0].numel()
        total, slopes = features.new_zeros(()) + self.target_energy, []
        rows = zip(self.tiling.surroundings(features), self.target, self.weights, strict=True)
        for row, target, weights in rows:
            tiles = self.tiling.middles(row)
            energy, slope = _inner_product(tiles, row, weights)
            cross, cross_slope = _inner_product(tiles, target, weights)
            total += energy - 2 * cross
            slopes.append(slope.sub_(cross_slope))
        return total / positions, self.tiling.joined(slopes).mul(4 / positions)


def _inner_product(tiles: Tensor, others: Tensor, weights: Tensor) -> tuple[Tensor, Tensor]:
    """sum_q sum_q' W(q, q') (f(q) . r(q'))^2, and a half of its gradient with respect to f(q)."""
    products = tiles @ others.mT
    weighted = weights * products
    return (weighted * products).sum(), weighted @ others


def _pair_weights(weights: Tensor, tiling: Tiling) -> list[Tensor]:
    """W(q, q') of each row of tiles, (tiles, positions q of a tile, positions q' around it)."""
    radius, side = len(weights) // 2, tiling.side
    ones = weights.new_ones(1, 1, tiling.height, tiling.width)
    inside = torch.nn.functional.conv2d(ones, weights[None, None], padding=radius)
    near = Tiling(tiling.height, tiling.width, side, radius)
    from_tile = _shifted(weights.flip(0, 1), side)
    to_others = _shifted(weights, side + 2 * radius)
    return [
        (from_tile * normaliser.mT) @ to_others
        for normaliser in near.surroundings(inside.square().reciprocal())
    ]


def _shifted(weights: Tensor, side: int) -> Tensor:
    """The window laid at every position of a square with its upper left corner: (side^2, (side + 2s)^2)."""
    extent = len(weights)
    square = side + extent - 1
    laid = weights.new_zeros(side, side, square, square)
    for row in range(side):
        for column in range(side):
            laid[row, column, row : row + extent, column : column + extent] = weights
    return laid.flatten(2).flatten(0, 1)
