"""A : A' :: B : B'. Given A, A' and B, every pixel of B' is one of A', found coarse to fine.

A is the unfiltered and A' the filtered example, aligned with each other; B is the picture to be filtered.

References
----------
Hertzmann et al. 2001, Image analogies, section 3.
"""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from nstbench.methods.wei2000.neighbourhoods import (
    Indices,
    Layer,
    Nearest,
    Picture,
    Window,
    enlarged,
    every_pixel,
    pyramid,
    vectors,
    wavefronts,
)

# Section 3.1: windows of 5 x 5 px, of 3 x 3 px at the coarser level; B' is known above and on the left.
AROUND, BEFORE, AROUND_PARENT = Window(2), Window(2, causal=True), Window(1)


def analogy(
    unfiltered: Picture,
    filtered: Picture,
    picture: Picture,
    levels: int,
    kappa: float,
    weight: float,
    watch: Callable[[int, float], None],
) -> Iterator[tuple[Picture, float, float]]:
    """Make B', level after level.

    Parameters
    ----------
    unfiltered, filtered
        A (h, w, C) and A' (h, w, 3).
    picture
        B (H, W, C).
    levels
        Of the pyramids, at most.
    kappa
        Coherence: how much worse the continuation of a neighbour's piece may be than the nearest pixel. The
        distance is multiplied by 1 + kappa at the finest level, and kappa halved at each coarser one.
    weight
        Of A and B against A' and B' in what is compared.
    watch
        Called with how many pixels of a level are done and the mean squared distance of the last ones.

    Yields
    ------
    made
        B' at a level, (H, W, 3).
    distance
        Mean squared distance of the neighbourhoods chosen.
    coherent
        The share of pixels that continue a neighbour's piece.
    """
    pyramids = [pyramid(each, levels) for each in (unfiltered, filtered, picture)]
    levels = min(map(len, pyramids))
    parents: list[list[Layer]] = [[], []]
    made: Picture | None = None
    for number, (a, a_filtered, b) in enumerate(zip(*(each[-levels:] for each in pyramids), strict=True)):
        known, wanted = [Layer(a, AROUND, weight=weight)], [Layer(b, AROUND, weight=weight)]
        if made is None:  # A first guess, to have something beyond the border and for the first pixels.
            nearest = Nearest(vectors(known, *every_pixel(a)))
            guess = nearest(vectors(wanted, *every_pixel(b)))
            made = a_filtered.reshape(-1, 3)[guess].reshape(*b.shape[:2], 3)
        else:
            made = enlarged(made, *b.shape[:2])
        known += [Layer(a_filtered, BEFORE), *parents[0]]
        wanted += [Layer(made, BEFORE), *parents[1]]
        leniency = 1 + kappa * 2.0 ** (number + 1 - levels)
        distance, coherent = fill(made, a_filtered, wanted, known, leniency, watch)
        yield made, distance, coherent
        parents = [
            [
                Layer(before, AROUND_PARENT, coarser=True, weight=weight),
                Layer(after, AROUND_PARENT, coarser=True),
            ]
            for before, after in ((a, a_filtered), (b, made))
        ]


def fill(
    made: Picture,
    filtered: Picture,
    wanted: list[Layer],
    known: list[Layer],
    leniency: float,
    watch: Callable[[int, float], None],
) -> tuple[float, float]:
    """Choose every pixel of a level of B'.

    Parameters
    ----------
    made
        B' at this level, (H, W, 3); its pixels are replaced.
    filtered
        A' at this level, (h, w, 3).
    wanted, known
        What the neighbourhoods of pixels of B' and of A' consist of.
    leniency
        A coherent pixel is taken when its squared distance is at most this times that of the nearest.
    watch
        As of `analogy`.

    Returns
    -------
    distance
        Mean squared distance of the neighbourhoods chosen.
    coherent
        The share of coherent pixels.

    References
    ----------
    Hertzmann et al. 2001, BestMatch and BestCoherenceMatch in section 3.2; Ashikhmin 2001, Synthesizing
    natural textures.
    """
    candidates, colours = vectors(known, *every_pixel(filtered)), filtered.reshape(-1, 3)
    nearest = Nearest(candidates)
    sources = np.zeros(made.shape[:2], np.intp)  # Where in A' each pixel comes from.
    total, coherent, done = 0.0, 0, 0
    for rows, columns in wavefronts(made.shape[0], made.shape[1], BEFORE.reach):
        queries = vectors(wanted, rows, columns)
        chosen = nearest(queries)
        distances = np.square(candidates[chosen] - queries).sum(1)
        continued, exists = continuations(sources, filtered.shape[:2], rows, columns)
        others = np.square(candidates[continued] - queries[:, None]).sum(2)
        others[~exists] = np.inf
        best = np.arange(len(rows)), others.argmin(1)
        takes = others[best] <= leniency * distances
        chosen = np.where(takes, continued[best], chosen)
        distances = np.where(takes, others[best], distances)
        sources[rows, columns], made[rows, columns] = chosen, colours[chosen]
        total, coherent, done = total + float(distances.sum()), coherent + int(takes.sum()), done + len(rows)
        watch(done, float(distances.mean()))
    return total / done, coherent / done


def continuations(
    sources: Indices, size: tuple[int, int], rows: Indices, columns: Indices
) -> tuple[Indices, NDArray[np.bool_]]:
    """For pixels of B' the pixels of A' that continue the pieces which their neighbours come from.

    Parameters
    ----------
    sources
        (H, W), where in A' each pixel of B' comes from.
    size
        Height and width of A'.
    rows, columns
        Of N pixels of B'.

    Returns
    -------
    continued
        s(r) + (q - r) for each pixel q and each of its K causal neighbours r, (N, K).
    exists
        Whether the neighbour lies in B' and the continuation in A', (N, K).
    """
    height, width = size
    below, right = BEFORE.offsets.T
    neighbour_rows, neighbour_columns = rows[:, None] + below, columns[:, None] + right
    exists = (neighbour_rows >= 0) & (neighbour_columns >= 0) & (neighbour_columns < sources.shape[1])
    from_rows, from_columns = np.divmod(
        sources[np.where(exists, neighbour_rows, 0), np.where(exists, neighbour_columns, 0)], width
    )
    to_rows, to_columns = from_rows - below, from_columns - right
    exists &= (to_rows < height) & (to_columns >= 0) & (to_columns < width)
    return np.where(exists, to_rows * width + to_columns, 0), exists
