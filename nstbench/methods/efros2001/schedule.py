"""The passes over the picture: ever smaller blocks, which first follow the content and then each other."""

from collections.abc import Iterator
from dataclasses import dataclass

# The paper's schedule needs two passes; a single one gets a weight between its ends.
ALPHA_OF_A_SINGLE_PASS = 0.3
# Below this no block has an overlap.
SMALLEST_BLOCK = 4


@dataclass(frozen=True)
class Pass:
    """Square blocks of `block` pixels that share `overlap` pixels with their neighbours.

    `alpha` weighs what is painted already, 1 - alpha the content.
    """

    block: int
    overlap: int
    alpha: float

    def corners(self, height: int, width: int) -> Iterator[tuple[int, int]]:
        """Upper left corners (row, column) of the blocks that cover a picture, in raster order.

        Blocks at the lower and the right border may stick out.
        """
        step = self.block - self.overlap
        for row in range(0, max(height - self.overlap, 1), step):
            for column in range(0, max(width - self.overlap, 1), step):
                yield row, column


def schedule(block: int, passes: int) -> list[Pass]:
    """The passes from blocks of `block` pixels on, each a third smaller than the one before.

    Overlaps are a sixth of a block, and alpha_i = 0.8 (i - 1) / (N - 1) + 0.1 for i = 1 to N (section 3).
    """
    blocks = [max(round(block * (2 / 3) ** number), SMALLEST_BLOCK) for number in range(passes)]
    return [
        Pass(side, max(round(side / 6), 1), alpha)
        for side, alpha in zip(blocks, _alphas(passes), strict=True)
    ]


def _alphas(passes: int) -> list[float]:
    if passes == 1:
        return [ALPHA_OF_A_SINGLE_PASS]
    return [0.8 * number / (passes - 1) + 0.1 for number in range(passes)]
