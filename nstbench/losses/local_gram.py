"""Local style: a Gram matrix around every position.

    G_ij(p) = sum_d w(d) F_i(p + d) F_j(p + d) / sum_d w(d),   d within a window, p + d within the picture

Source: Nikulin and Novak 2016, section 9; dividing by the weights inside keeps the border unbiased. The
matrices are never formed. With f(q) the vector of all features at q, and nu(p) = 1 / (sum_d w(d))^2,

    sum_p |G(p)|^2 = sum_q sum_q' W(q, q') (f(q) . f(q'))^2,   W(q, q') = sum_p w(q - p) w(q' - p) nu(p),

because both factors of a pair of positions only enter by their inner product. A window of radius s needs
those of positions up to 2s apart, fewer than the (2s + 1)^4 of the kernel form and the N^2 (2s + 1)^2 of the
matrices. They are taken tile by tile, as matrix products of a tile with its surroundings.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from nstbench.losses.closed_form import Kept, with_gradient
from nstbench.losses.content import activations

SMALLEST_TILE = 4


def window(radius: int) -> Tensor:
    """Weights of a square window, w(d) = 1 / (1 + |d|^2).

    Parameters
    ----------
    radius
        How far it reaches from its middle, s >= 0 positions.

    Returns
    -------
    Tensor
        w (2s + 1, 2s + 1), in fp32.

    References
    ----------
    Nikulin and Novak 2016, arXiv:1602.07188, section 9.
    """
    axis = torch.arange(-radius, radius + 1.0)
    return 1 / (1 + axis[:, None].square() + axis[None, :].square())


class LocalGramLoss(nn.Module):
    """How far local Gram matrices are from the style's, 1/(4 N^2 M) sum_p |G(p) - A(p)|^2.

    With w = 1 and a window as large as the picture this is the `GramLoss`.

    Parameters
    ----------
    target
        The style's features (1, N, H, W), of the size that the picture's have.
    weights
        w (2s + 1, 2s + 1); they need not be symmetric.

    References
    ----------
    Nikulin and Novak 2016, arXiv:1602.07188, section 9.
    """

    target_energy: Tensor

    def __init__(self, target: Tensor, weights: Tensor) -> None:
        super().__init__()
        self.factor = 0.25 / target.shape[1] ** 2
        maps, reach = activations(target.detach()), len(weights) - 1
        height, width = maps.shape[-2:]
        self.tiling = Tiling(height, width, max(SMALLEST_TILE, reach), reach)
        self.weights = Kept(_pair_weights(weights.to(maps), self.tiling))
        self.target = Kept(self.tiling.surroundings(maps))
        energy = sum(
            (
                _inner_product(self.tiling.middles(row), row, weights)[0]
                for row, weights in zip(self.target, self.weights, strict=True)
            ),
            start=maps.new_zeros(()),
        )
        self.register_buffer("target_energy", energy)

    def forward(self, features: Tensor) -> Tensor:
        """Compare a picture with the style.

        Parameters
        ----------
        features
            F (1, N, H, W) of the same layer.

        Returns
        -------
        Tensor
            The loss, a scalar; it can be differentiated once.
        """
        return self.factor * with_gradient(self._evaluate, activations(features))

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


class PixelGramLoss(nn.Module):
    """The smallest of local styles, 1/(4 N^2 M) sum_p |f(p) f(p)' - r(p) r(p)'|^2.

    It is what `LocalGramLoss` gives for a window of one position. With f and r the vectors of all features at
    a position, |f f' - r r'|^2 = (f . f)^2 - 2 (f . r)^2 + (r . r)^2, so that no matrix is formed, and the
    gradient with respect to f is 4 ((f . f) f - (f . r) r).

    Parameters
    ----------
    target
        The style's features (1, N, H, W), of the size that the picture's have.

    References
    ----------
    Nikulin and Novak 2016, arXiv:1602.07188, section 9, with s = 0.
    """

    target: Tensor
    target_energy: Tensor

    def __init__(self, target: Tensor) -> None:
        super().__init__()
        self.factor = 0.25 / target.shape[1] ** 2
        self.register_buffer("target", activations(target.detach()))
        self.register_buffer("target_energy", self.target.square().sum(1).square().sum())

    def forward(self, features: Tensor) -> Tensor:
        """Compare a picture with the style.

        Parameters
        ----------
        features
            F (1, N, H, W) of the same layer.

        Returns
        -------
        Tensor
            The loss, a scalar; it can be differentiated once.
        """
        return self.factor * with_gradient(self._evaluate, activations(features))

    def _evaluate(self, features: Tensor) -> tuple[Tensor, Tensor]:
        energy = (features * features).sum(1, keepdim=True)
        cross = (features * self.target).sum(1, keepdim=True)
        positions = energy.numel()
        # For one position <f f^T, r r^T> = (f . r)^2, so no Gram matrix is ever made.
        total = energy.square().sum() - 2 * cross.square().sum() + self.target_energy
        gradient = (features * energy).addcmul_(self.target, cross, value=-1)
        return total / positions, gradient.mul_(4 / positions)


@dataclass(frozen=True)
class Tiling:
    """Feature maps as square tiles with their surroundings: near positions for matrix products.

    Tiles of `side` by `side` positions lie over maps of `height` by `width`, zeros where there is no map.
    A tile with its surroundings is a square of side + 2 reach positions.

    Parameters
    ----------
    height, width
        Of the maps, in positions.
    side
        Of a tile.
    reach
        How many positions on each side of a tile belong to its surroundings.
    """

    height: int
    width: int
    side: int
    reach: int

    def surroundings(self, features: Tensor) -> Iterator[Tensor]:
        """Give the tiles with their surroundings, row by row.

        Parameters
        ----------
        features
            (1, N, height, width).

        Yields
        ------
        Tensor
            One row of tiles, (tiles, positions, N), the positions row by row.
        """
        square = self.side + 2 * self.reach
        missing = -self.height % self.side, -self.width % self.side
        padding = [0, 0, self.reach, self.reach + missing[1], self.reach, self.reach + missing[0]]
        maps = torch.nn.functional.pad(features[0].permute(1, 2, 0), padding)
        for row in maps.unfold(0, square, self.side).unfold(1, square, self.side):
            yield row.permute(0, 2, 3, 1).flatten(1, 2)

    def middles(self, surroundings: Tensor) -> Tensor:
        """Cut the tiles out of their surroundings.

        Parameters
        ----------
        surroundings
            One row of tiles, (tiles, positions, N).

        Returns
        -------
        Tensor
            (tiles, side^2, N).
        """
        square, middle = self.side + 2 * self.reach, slice(self.reach, self.reach + self.side)
        tiles: Tensor = surroundings.unflatten(1, (square, square))[:, middle, middle]
        return tiles.flatten(1, 2)

    def joined(self, rows: Sequence[Tensor]) -> Tensor:
        """Put maps together from their tiles.

        Parameters
        ----------
        rows
            Every row of tiles, (tiles, side^2, N) each.

        Returns
        -------
        Tensor
            (1, N, height, width).
        """
        sides = (self.side, self.side)
        maps = torch.cat([row.unflatten(1, sides).transpose(0, 1).flatten(1, 2) for row in rows])
        return maps[: self.height, : self.width].permute(2, 0, 1)[None]


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
    # A window a position: side^2 small copies, once per target.
    for row in range(side):
        for column in range(side):
            laid[row, column, row : row + extent, column : column + extent] = weights
    return laid.flatten(2).flatten(0, 1)
