"""Where the next patch is laid: offsets whose patch agrees with what is there are more likely.

References
----------
Kwatra et al. 2003, Graphcut textures, section 4.
"""

from collections.abc import Iterator
from typing import Literal

import numpy as np
import scipy.ndimage
import scipy.signal
from numpy.typing import NDArray

from nstbench.methods.kwatra2003.seams import (
    UNIT,
    Integers,
    Mask,
    Picture,
    cut,
    laid,
    neighbours,
    seam_cost,
)

Placement = Literal["entire", "sub-patch"]

# Of the side of a block: what it overlaps of the picture when it fills a gap.
OVERLAP = 1 / 3
# Added to what costs are divided by, for a texture of one colour.
TINY = 1e-12


def lay(
    texture: Picture,
    height: int,
    width: int,
    block: int,
    placement: Placement,
    randomness: float,
    refinements: int,
    random: np.random.Generator,
) -> Iterator[tuple[Picture, float]]:
    """Fill a picture with patches, and then lay further ones where seams are worst.

    Parameters
    ----------
    texture
        The patch, (h, w, 3), with sides of at least `block`.
    height, width
        Of the picture, in pixels.
    block
        Side of what the next patch has to cover, in pixels.
    placement
        Whether the patch has to agree with all of the picture that it covers, or with that of the block.
    randomness
        k: how readily a worse offset is taken.
    refinements
        How many patches are laid when the picture is full.
    random
        Draws the offsets.

    Yields
    ------
    picture
        When it is full and after each refinement, (H, W, 3), all of it pixels of the texture.
    cost
        Of all its seams, per pixel.
    """
    canvas, scale = Canvas(texture, height, width), randomness * texture.var((0, 1)).sum() + TINY

    def lay_over(row: int, column: int) -> None:
        """Lay a patch that covers the block with this corner, as far as it can lie in the picture."""
        row, column = max(min(row, height - block), 0), max(min(column, width - block), 0)
        bottom, right = min(row + block, height), min(column + block, width)
        in_block = np.zeros_like(canvas.filled)
        in_block[row:bottom, column:right] = canvas.filled[row:bottom, column:right]
        costs = offset_costs(texture, canvas.picture, in_block if placement == "sub-patch" else canvas.filled)
        # Offsets of patches that cover the block, from those that end with it to those that begin with it.
        allowed = costs[bottom - 1 : row + texture.shape[0], right - 1 : column + texture.shape[1]]
        first = np.subtract([bottom, right], texture.shape[:2])
        for there in np.unique(canvas.offsets[in_block], axis=0) - first:
            if (there >= 0).all() and (there < allowed.shape).all():
                allowed[tuple(there)] = np.inf  # The block has such a patch already.
        if not np.isfinite(allowed).any():
            return
        chances = np.exp((allowed.min() - allowed) / scale)
        drawn = random.choice(chances.size, p=chances.ravel() / chances.sum())
        canvas.lay(first + np.unravel_index(drawn, chances.shape))

    while not canvas.filled.all():
        row, column = np.argwhere(~canvas.filled)[0] - round(OVERLAP * block)
        lay_over(row, column)
    yield canvas.picture, float(canvas.seams().mean())
    for _ in range(refinements):
        worst = scipy.ndimage.uniform_filter(canvas.seams(), block, mode="constant").argmax()
        row, column = np.subtract(np.unravel_index(worst, (height, width)), block // 2)
        lay_over(row, column)
        yield canvas.picture, float(canvas.seams().mean())


class Canvas:
    """A picture made of patches.

    Parameters
    ----------
    texture
        The patch, (h, w, 3).
    height, width
        Of the picture, in pixels.
    """

    def __init__(self, texture: Picture, height: int, width: int) -> None:
        self.texture = texture
        self.offsets = np.zeros((height, width, 2), np.intp)
        self.filled = np.zeros((height, width), bool)

    @property
    def picture(self) -> Picture:
        """The colours, (H, W, 3), 0 where there is no patch yet."""
        pixels = np.moveaxis(np.indices(self.filled.shape), 0, -1)
        return laid(self.texture, self.offsets, pixels) * self.filled[..., None]

    def lay(self, offset: Integers) -> None:
        """Lay a patch, cut so that seams cost least.

        Parameters
        ----------
        offset
            Row and column of its corner.
        """
        taken = cut(self.texture, self.offsets, self.filled, offset)
        self.offsets[taken] = offset
        self.filled |= taken

    def seams(self) -> NDArray[np.float64]:
        """What the seams of the full picture cost.

        Returns
        -------
        numpy.ndarray
            (H, W); a seam between two pixels counts for the one above or on the left.
        """
        s, t = neighbours(*self.filled.shape)
        at_s, at_t = tuple(s.T), tuple(t.T)
        costs = np.zeros(self.filled.shape)
        np.add.at(costs, at_s, seam_cost(self.texture, s, t, self.offsets[at_s], self.offsets[at_t]) / UNIT)
        return costs


def offset_costs(texture: Picture, picture: Picture, compared: Mask) -> NDArray[np.float64]:
    """How much a patch differs from a picture, at every offset at which they overlap.

    Parameters
    ----------
    texture
        The patch, (h, w, 3).
    picture
        (H, W, 3).
    compared
        The pixels that count, (H, W).

    Returns
    -------
    numpy.ndarray
        Mean squared differences, (H + h - 1, W + w - 1), 0 where nothing is compared; the entry (i, j) is of
        the offset (i - h + 1, j - w + 1).

    References
    ----------
    Kwatra et al. 2003, equation 3.
    """
    counted = compared.astype(np.float64)

    def correlated(of_picture: NDArray[np.float64], of_texture: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(scipy.signal.correlate(of_picture, of_texture, "full", "fft"))

    patch, there = texture.astype(np.float64), picture * counted[..., None]
    crossed = sum(correlated(there[..., colour], patch[..., colour]) for colour in range(3))
    everywhere = np.ones(patch.shape[:2])
    squares = correlated(counted, (patch**2).sum(2)) + correlated((there**2).sum(2), everywhere)
    counts = correlated(counted, everywhere)
    return np.where(counts > 0.5, np.maximum(squares - 2 * crossed, 0) / np.maximum(counts, 1), 0)
