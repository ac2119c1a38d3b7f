"""What seams between patches cost, and the cheapest ones for a new patch, by a minimum cut.

A patch is the whole texture, laid so that its upper left corner is at an offset (row, column) of the picture.
So a picture is known by the offset of the patch that each of its pixels is of.

References
----------
Kwatra et al. 2003, Graphcut textures, section 3; Kolmogorov and Zabih 2004, What energy functions can be
minimized via graph cuts?
"""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import breadth_first_order, maximum_flow

Picture = NDArray[np.float32]
Integers = NDArray[np.intp]
Mask = NDArray[np.bool_]

# Maximum flow wants whole numbers: a difference of 1 in a colour is so many.
UNIT = 1000
# More than all seams through a pixel.
FORBIDDEN = 100 * UNIT


def laid(texture: Picture, offsets: Integers, pixels: Integers) -> Picture:
    """The colours of patches at pixels of the picture; beyond a patch goes on its border.

    Parameters
    ----------
    texture
        (h, w, 3).
    offsets, pixels
        Rows and columns, (..., 2).

    Returns
    -------
    numpy.ndarray
        (..., 3).
    """
    rows, columns = np.moveaxis(np.clip(pixels - offsets, 0, np.subtract(texture.shape[:2], 1)), -1, 0)
    colours: Picture = texture[rows, columns]
    return colours


def seam_cost(texture: Picture, s: Integers, t: Integers, of_s: Integers, of_t: Integers) -> Integers:
    """What it costs that neighbouring pixels are of two patches: how much these differ at both pixels.

    Parameters
    ----------
    texture
        (h, w, 3).
    s, t
        The pixels, (N, 2).
    of_s, of_t
        The offsets of their patches, (N, 2).

    Returns
    -------
    numpy.ndarray
        (N,), in units of 1 / UNIT and rounded up, so that no detour over a third patch is cheaper.

    References
    ----------
    Kwatra et al. 2003, equation 1.
    """
    differences = np.stack([laid(texture, of_s, pixels) - laid(texture, of_t, pixels) for pixels in (s, t)])
    costs: Integers = np.ceil(UNIT * np.linalg.norm(differences, axis=-1)).astype(np.intp).sum(0)
    return costs


def neighbours(height: int, width: int) -> tuple[Integers, Integers]:
    """All pairs of pixels that share a side.

    Parameters
    ----------
    height, width
        Of the picture, in pixels.

    Returns
    -------
    s, t
        Rows and columns, (N, 2); t is right of s or below it.
    """
    pixels = np.moveaxis(np.indices((height, width)), 0, -1)
    beside = pixels[:, :-1].reshape(-1, 2), pixels[:, 1:].reshape(-1, 2)
    below = pixels[:-1].reshape(-1, 2), pixels[1:].reshape(-1, 2)
    return np.concatenate([beside[0], below[0]]), np.concatenate([beside[1], below[1]])


def cut(texture: Picture, offsets: Integers, filled: Mask, new: Integers) -> Mask:
    """Where a new patch takes the place of what is there, so that all seams together cost least.

    Old seams count: where the new patch covers one, its cost is saved.

    Parameters
    ----------
    texture
        (h, w, 3).
    offsets
        Of the patch of every pixel, (H, W, 2).
    filled
        Which pixels there are, (H, W).
    new
        The offset of the new patch, (2,).

    Returns
    -------
    numpy.ndarray
        (H, W): the pixels of the new patch, among them all that it covers and that were not filled.
    """
    bottom, right = np.maximum(new + texture.shape[:2], 0)
    covered = np.zeros_like(filled)
    covered[max(new[0], 0) : bottom, max(new[1], 0) : right] = True
    free, only_old, only_new = covered & filled, filled & ~covered, covered & ~filled
    s, t = neighbours(*filled.shape)
    # Beside a pixel that the new patch does not reach stays what is there: seams lie where both patches are.
    stays, goes = beside(only_old, s, t) & free, beside(only_new, s, t) & free
    goes &= ~stays
    between = free[tuple(s.T)] & free[tuple(t.T)]
    s, t = s[between], t[between]
    of_s, of_t, of_new = offsets[tuple(s.T)], offsets[tuple(t.T)], np.broadcast_to(new, s.shape)
    both_old = seam_cost(texture, s, t, of_s, of_t)
    old_new = seam_cost(texture, s, t, of_s, of_new)
    new_old = seam_cost(texture, s, t, of_new, of_t)
    # With x = 1 for new, a pair costs both_old + (new_old - both_old) x_s - new_old x_t and, where s is old
    # and t new, old_new + new_old - both_old more: an edge. The seam nodes of the paper are folded into it.
    number = np.full(filled.shape, -1)
    number[free] = np.arange(free.sum())
    at_s, at_t = number[tuple(s.T)], number[tuple(t.T)]
    costs_of_new = np.zeros(free.sum(), np.intp)
    np.add.at(costs_of_new, at_s, new_old - both_old)
    np.add.at(costs_of_new, at_t, -new_old)
    costs_of_new += FORBIDDEN * (stays[free].astype(np.intp) - goes[free])
    keeps = old_side(costs_of_new, at_s, at_t, old_new + new_old - both_old)
    taken = only_new.copy()
    taken[free] = ~keeps
    return taken


def beside(mask: Mask, s: Integers, t: Integers) -> Mask:
    """The pixels that have a neighbour in a mask.

    Parameters
    ----------
    mask
        (H, W).
    s, t
        As of `neighbours`.

    Returns
    -------
    numpy.ndarray
        (H, W).
    """
    found = np.zeros_like(mask)
    for here, there in ((s, t), (t, s)):
        found[tuple(here[mask[tuple(there.T)]].T)] = True
    return found


def old_side(costs_of_new: Integers, at_s: Integers, at_t: Integers, costs: Integers) -> Mask:
    """Which of N nodes stay old, so that what is paid in all is least.

    Parameters
    ----------
    costs_of_new
        What it costs, or saves, that a node is new, (N,).
    at_s, at_t
        Pairs of nodes, (M,).
    costs
        What it costs that the first of a pair is old and the second new, from 0, (M,).

    Returns
    -------
    numpy.ndarray
        (N,).
    """
    count = len(costs_of_new)
    source, sink, nodes = count, count + 1, np.arange(count)
    paid, saved = np.maximum(costs_of_new, 0), np.maximum(-costs_of_new, 0)
    capacities = np.concatenate([paid, saved, costs]).astype(np.int32)
    begins = np.concatenate([np.full(count, source), nodes, at_s])
    ends = np.concatenate([nodes, np.full(count, sink), at_t])
    graph = coo_array((capacities, (begins, ends)), (count + 2, count + 2)).tocsr()
    rest = graph - maximum_flow(graph, source, sink).flow
    rest.eliminate_zeros()
    reached = breadth_first_order(rest, source, return_predecessors=False)
    return np.isin(nodes, reached)
