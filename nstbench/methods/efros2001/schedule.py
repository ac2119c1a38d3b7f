"""The passes over the picture: ever smaller blocks, which first follow the content and then each other."""

from collections.abc import Iterator
from dataclasses import dataclass

# The paper's schedule needs two passes; a single one gets a weight between its ends.
ALPHA_OF_A_SINGLE_PASS = 0.3
# Below this no block has an overlap.
SMALLEST_BLOCK = 4


@dataclass(frozen=True)
class Pass:
    """How one pass goes over the picture.

    Parameters
    ----------
    block
        Side of the square blocks, in pixels.
    overlap
        How many pixels neighbouring blocks share.
    alpha
        Weight in [0, 1] of what is there already; the content has 1 - alpha.
    """

    block: int
    overlap: int
    alpha: float

    def corners(self, height: int, width: int) -> Iterator[tuple[int, int]]:
        """Upper left corners of the blocks that cover a picture, in raster order.

        Parameters
        ----------
        height, width
            Of the picture, in pixels.

        Yields
        ------
        row, column
            Of a corner. Blocks at the lower and the right border may stick out.
        """
        step = self.block - self.overlap
        for row in range(0, max(height - self.overlap, 1), step):
            for column in range(0, max(width - self.overlap, 1), step):
                yield row, column


def schedule(block: int, passes: int) -> list[Pass]:
    """The passes, with blocks each a third smaller than those before and overlaps of a sixth of a block.

    alpha_i = 0.8 (i - 1) / (N - 1) + 0.1 for i = 1 to N.

    Parameters
    ----------
    block
        Side of the first pass's blocks, in pixels.
    passes
        Their number N.

    Returns
    -------
    list of Pass
        In order; no block is smaller than SMALLEST_BLOCK.

    References
    ----------
    Efros and Freeman 2001, section 3.
    """
    blocks = [max(round(block * (2 / 3) ** number), SMALLEST_BLOCK) for number in range(passes)]
    if passes == 1:
        alphas = [ALPHA_OF_A_SINGLE_PASS]
    else:
        alphas = [0.8 * number / (passes - 1) + 0.1 for number in range(passes)]
    return [Pass(side, max(round(side / 6), 1), alpha) for side, alpha in zip(blocks, alphas, strict=True)]
