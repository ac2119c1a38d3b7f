"""Feature maps as square tiles with their surroundings: near positions for matrix products."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Tiling:
    """Tiles of `side` by `side` positions over maps of `height` by `width`, zeros where there is no map.

    A tile with its surroundings is a square of side + 2 reach positions.
    """

    height: int
    width: int
    side: int
    reach: int

    def surroundings(self, features: Tensor) -> Iterator[Tensor]:
        """Of (1, N, H, W), row by row of tiles: (tiles, positions, N), the positions row by row."""
        square = self.side + 2 * self.reach
        missing = -self.height % self.side, -self.width % self.side
        padding = [0, 0, self.reach, self.reach + missing[1], self.reach, self.reach + missing[0]]
        maps = torch.nn.functional.pad(features[0].permute(1, 2, 0), padding)
        for row in maps.unfold(0, square, self.side).unfold(1, square, self.side):
            yield row.permute(0, 2, 3, 1).flatten(1, 2)

    def middles(self, surroundings: Tensor) -> Tensor:
        """The tiles alone, (tiles, side^2, N), of one row."""
        square, middle = self.side + 2 * self.reach, slice(self.reach, self.reach + self.side)
        tiles: Tensor = surroundings.unflatten(1, (square, square))[:, middle, middle]
        return tiles.flatten(1, 2)

    def joined(self, rows: Sequence[Tensor]) -> Tensor:
        """Maps (1, N, H, W) from their tiles."""
        sides = (self.side, self.side)
        maps = torch.cat([row.unflatten(1, sides).transpose(0, 1).flatten(1, 2) for row in rows])
        return maps[: self.height, : self.width].permute(2, 0, 1)[None]
