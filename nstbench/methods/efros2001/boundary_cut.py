"""Minimum-error boundary cuts: where a block overlaps older ones, the seam runs where they differ least."""

import itertools

import numpy as np
from numpy.typing import NDArray

Errors = NDArray[np.floating]


def new_pixels(difference: Errors, overlap: int, left: bool, top: bool) -> NDArray[np.bool_]:
    """Where a block replaces what is there (h, w), from the squared difference of the two (h, w).

    Older pixels stay left of a cut through the overlap on the left, and above one through that at the top.
    """
    new = np.ones(difference.shape, bool)
    if left:
        new[:, :overlap] &= _behind(cheapest_path(difference[:, :overlap]), overlap)
    if top:
        new[:overlap] &= _behind(cheapest_path(difference[:overlap].T), overlap).T
    return new


def cheapest_path(errors: Errors) -> NDArray[np.intp]:
    """The column of each row (n,) on the path with the least sum through errors (n, m).

    Columns of neighbouring rows differ by at most 1. Dynamic programming:
    E_ij = e_ij + min(E_(i-1)(j-1), E_(i-1)j, E_(i-1)(j+1)) (Efros and Freeman 2001, section 2.1).
    """
    sums = _sums_from_above(errors)
    path = np.empty(len(errors), np.intp)
    path[-1] = sums[-1].argmin()
    for row in range(len(errors) - 2, -1, -1):
        first = max(path[row + 1] - 1, 0)
        path[row] = first + sums[row, first : path[row + 1] + 2].argmin()
    return path


def _sums_from_above(errors: Errors) -> NDArray[np.float64]:
    """The least sum of a path from the first row to each entry."""
    sums = errors.astype(np.float64)
    bordered = np.full(errors.shape[1] + 2, np.inf)
    for above, here in itertools.pairwise(sums):
        bordered[1:-1] = above
        here += np.minimum(np.minimum(bordered[:-2], bordered[1:-1]), bordered[2:])
    return sums


def _behind(path: NDArray[np.intp], width: int) -> NDArray[np.bool_]:
    """(n, width), true on the path and to the right of it."""
    return np.arange(width) >= path[:, None]
