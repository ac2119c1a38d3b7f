"""Image quilting: a picture put together from blocks of a texture, pass after pass, block by block.

From top to bottom: the passes, one pass, what a block costs, which block is taken, and where it is cut.
Planes are R, G, B and the correspondence map, all in [0, 1].

References
----------
Efros and Freeman 2001, Image quilting for texture synthesis and transfer (SIGGRAPH), sections 2 and 3.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from nstbench.methods.efros2001.schedule import Pass

Planes = NDArray[np.float32]
Costs = NDArray[np.float64]
# From the costs at all positions (n, m) to the row and the column of one.
Choose = Callable[[Costs], tuple[int, int]]

COLOURS, MAP = slice(3), 3
# The map counts like as many planes, so that it weighs as much as the colours.
COLOURS_PER_MAP = 3
# What a block is compared with: what the pass has put there already, what the pass before had left there, and
# the target's map. The paper sums overlap and previous in one term; they are told apart for the trace.
OVERLAP, PREVIOUS, CORRESPONDENCE = range(3)
TERM_COUNT = 3


def quilt(
    source: Planes, target: Planes, passes: Iterable[Pass], choose: Choose, watch: Callable[[float], None]
) -> Iterator[tuple[Planes, NDArray[np.float64]]]:
    """Put a picture together from blocks of a source, in passes over the whole of it.

    Parameters
    ----------
    source
        R, G, B and map of the style, (4, h, w).
    target
        The content's map, (H, W).
    passes
        The sides of the blocks, pass after pass.
    choose
        Picks one position by the costs (n, m) of all.
    watch
        Called after each block with its cost per pixel.

    Yields
    ------
    tuple
        After each pass what `quilt_once` returns.
    """
    matcher, picture = Matcher(source), None
    for settings in passes:
        picture, costs = quilt_once(matcher, target, picture, settings, choose, watch)
        yield picture, costs


def quilt_once(
    matcher: "Matcher",
    target: Planes,
    previous: Planes | None,
    settings: Pass,
    choose: Choose,
    watch: Callable[[float], None],
) -> tuple[Planes, NDArray[np.float64]]:
    """One pass over the picture, in raster order.

    A block costs alpha (overlap + previous) + (1 - alpha) correspondence, each the sum of squared differences
    (Efros and Freeman 2001, section 3). It is cut where it differs least from the older blocks that it
    overlaps.

    Parameters
    ----------
    matcher
        Knows the source whose blocks are used.
    target, choose, watch
        As of `quilt`.
    previous
        The result of the pass before, (4, H, W); None in the first pass.
    settings
        Side and overlap of the blocks in pixels, and alpha.

    Returns
    -------
    picture
        R, G, B and map, (4, H, W), all of them pixels of the source.
    costs
        What the chosen blocks cost and their three terms, (1 + 3,), per pixel of a block.
    """
    factors = np.array([settings.alpha, settings.alpha, 1 - settings.alpha], np.float32)
    wanted = np.zeros((TERM_COUNT, 4, *target.shape), np.float32)
    if previous is not None:
        wanted[PREVIOUS] = previous
    wanted[CORRESPONDENCE, MAP] = target
    picture = wanted[OVERLAP]  # Blocks put here are what the next ones have to agree with.
    weighings: dict[tuple[int, int, bool, bool], tuple[Planes, Planes, Costs]] = {}
    sums, pixels = np.zeros(TERM_COUNT), 0
    for row, column in settings.corners(*target.shape):
        place = np.s_[..., row : row + settings.block, column : column + settings.block]
        there, left, top = wanted[place], column > 0, row > 0
        height, width = there.shape[2:]
        # Blocks of a kind count alike; at the lower and the right border they are smaller.
        kind = (height, width, left, top)
        if kind not in weighings:
            counts = pixel_counts(height, width, settings.overlap, left, top, previous is not None)
            weights = factors[:, None, None, None] * counts
            weighings[kind] = counts, weights, matcher.energies(weights.sum(0))
        counts, weights, energies = weighings[kind]
        from_row, from_column = choose(matcher.costs(there, weights, energies))
        block = matcher.source[:, from_row : from_row + height, from_column : from_column + width]
        differences = np.square(there - block)
        new = new_pixels(differences[OVERLAP, COLOURS].sum(0), settings.overlap, left, top)
        np.copyto(picture[place], block, where=new)
        terms: NDArray[np.float64] = (counts * differences).sum((1, 2, 3), np.float64)
        sums, pixels = sums + terms, pixels + height * width
        watch(float(factors @ terms) / (height * width))
    return picture, np.array([factors @ sums, *sums]) / pixels


def pixel_counts(height: int, width: int, overlap: int, left: bool, top: bool, again: bool) -> Planes:
    """How often each plane of each pixel of a block counts in each term.

    Parameters
    ----------
    height, width
        Of the block, in pixels.
    overlap
        How many pixels it shares with each neighbour.
    left, top
        Whether it overlaps older blocks there.
    again
        Whether there was a pass before.

    Returns
    -------
    numpy.ndarray
        (3, 4, height, width), terms by planes.
    """
    counts = np.zeros((TERM_COUNT, 4, height, width), np.float32)
    if left:
        counts[OVERLAP, COLOURS, :, :overlap] = 1
    if top:
        counts[OVERLAP, COLOURS, :overlap] = 1
    counts[PREVIOUS, COLOURS] = again
    counts[CORRESPONDENCE, MAP] = COLOURS_PER_MAP
    return counts


class Matcher:
    """Compares blocks of a source with wanted ones, at all positions at once by Fourier transforms.

    sum_u w(u) (S(p + u) - X(u))^2 = sum_u w(u) S(p + u)^2 - 2 sum_u S(p + u) w(u) X(u) + sum_u w(u) X(u)^2
    for the blocks at all positions p inside the source S. The first sum, the energy, holds for all X.

    Parameters
    ----------
    source
        Planes (C, H, W).
    """

    def __init__(self, source: Planes) -> None:
        self.source = source
        self._shape = [scipy.fft.next_fast_len(side, real=True) for side in source.shape[1:]]
        self._spectrum = scipy.fft.rfft2(source, self._shape)
        self._spectrum_of_squares = scipy.fft.rfft2(np.square(source, dtype=np.float64), self._shape)
        self._rounding = 2 * np.finfo(np.float32).eps * np.linalg.norm(source)

    def energies(self, weights: Planes) -> Costs:
        """Weighted sums of squares of the source's blocks, sum_u w(u) S(p + u)^2.

        Parameters
        ----------
        weights
            (C, h, w), the shape of a block.

        Returns
        -------
        numpy.ndarray
            (H - h + 1, W - w + 1), one for every position.
        """
        return self._correlated(self._spectrum_of_squares, weights.astype(np.float64))

    def costs(self, wanted: Planes, weights: Planes, energies: Costs) -> Costs:
        """Weighted squared differences of every block of the source from K wanted ones, summed up.

        Parameters
        ----------
        wanted
            (K, C, h, w).
        weights
            (K, C, h, w), of each difference.
        energies
            What `energies` gives for the weights summed over K.

        Returns
        -------
        numpy.ndarray
            (H - h + 1, W - w + 1). Costs that fp32 cannot tell from 0 are raised to the least that it can,
            because a tolerance is a share of the least cost.
        """
        weighted = weights * wanted
        template = weighted.sum(0)
        constant = (weighted * wanted).sum(dtype=np.float64)
        costs = energies - 2 * self._correlated(self._spectrum, template) + constant
        least: Costs = np.maximum(costs, self._rounding * np.linalg.norm(template))
        return least

    def _correlated(self, spectrum: NDArray[Any], template: NDArray[Any]) -> NDArray[Any]:
        """sum_u S(p + u) V(u) over channels and pixels, for every p."""
        rows, columns = self._shape
        # Below the template are rows of zeros, which need no transform.
        transformed = scipy.fft.fft(scipy.fft.rfft(template, columns, axis=2), rows, axis=1)
        product = (spectrum * transformed.conj()).sum(0)
        positions = [side - block + 1 for side, block in zip(self.source.shape, template.shape, strict=True)]
        correlated: NDArray[Any] = scipy.fft.irfft2(product, self._shape)
        return correlated[: positions[1], : positions[2]]


def choose_block(costs: Costs, tolerance: float, random: np.random.Generator) -> tuple[int, int]:
    """Draw one of the blocks that fit well, each with the same chance.

    Parameters
    ----------
    costs
        (n, m), positive.
    tolerance
        Blocks are drawn from all that cost at most 1 + `tolerance` times the least.
    random
        Decides.

    Returns
    -------
    row, column
        The position of the block.

    References
    ----------
    Efros and Freeman 2001, section 2.2.
    """
    row, column = random.choice(np.argwhere(costs <= (1 + tolerance) * costs.min()))
    return int(row), int(column)


def new_pixels(difference: NDArray[np.floating], overlap: int, left: bool, top: bool) -> NDArray[np.bool_]:
    """Where a block replaces what is there: behind minimum error boundary cuts through its overlaps.

    Parameters
    ----------
    difference
        Squared difference of the block from what is there, (h, w).
    overlap
        How many pixels the block shares with each older neighbour.
    left, top
        Whether it has one there. Older pixels stay left of a cut through the overlap on the left, and above
        one through that at the top.

    Returns
    -------
    numpy.ndarray
        (h, w), true where the block's pixel is taken.

    References
    ----------
    Efros and Freeman 2001, section 2.1.
    """
    new = np.ones(difference.shape, bool)
    across = np.arange(overlap)
    if left:
        new[:, :overlap] &= across >= cheapest_path(difference[:, :overlap])[:, None]
    if top:
        new[:overlap] &= across[:, None] >= cheapest_path(difference[:overlap].T)
    return new


def cheapest_path(errors: NDArray[np.floating]) -> NDArray[np.intp]:
    """The path from the first row to the last with the least sum, moving by at most a column a row.

    Dynamic programming: E_ij = e_ij + min(E_(i-1)(j-1), E_(i-1)j, E_(i-1)(j+1)), then back from the least.

    Parameters
    ----------
    errors
        (n, m).

    Returns
    -------
    numpy.ndarray
        The column of each row, (n,).

    References
    ----------
    Efros and Freeman 2001, section 2.1.
    """
    sums = errors.astype(np.float64)
    bordered = np.full(errors.shape[1] + 2, np.inf)
    for above, here in itertools.pairwise(sums):
        bordered[1:-1] = above
        here += np.minimum(np.minimum(bordered[:-2], bordered[1:-1]), bordered[2:])
    path = np.empty(len(errors), np.intp)
    path[-1] = sums[-1].argmin()
    for row in range(len(errors) - 2, -1, -1):
        first = max(path[row + 1] - 1, 0)
        path[row] = first + sums[row, first : path[row + 1] + 2].argmin()
    return path
