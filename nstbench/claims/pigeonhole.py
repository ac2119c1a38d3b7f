"""Bootstrap of a median over pairs of contents and styles.

Contents and styles are drawn with replacement independently of each other, and a pair counts as often as its
content was drawn times its style (Owen 2007, "The pigeonhole bootstrap"). A pair is no independent
observation: those that share a content or a style go together.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nstbench.claims.sample import Value

DRAWS = 10_000
SEED = 0
# Draws that are weighed at once, which bounds the memory that a sample of many units takes.
CHUNK = 500

Numbers = NDArray[np.float64]
Counts = NDArray[np.int64]


def interval(values: Sequence[Value], confidence: float, draws: int = DRAWS) -> tuple[float, float]:
    """The percentile interval of the median difference."""
    tail = 50 * (1 - confidence)
    low, high = np.percentile(bootstrap_medians(values, draws), (tail, 100 - tail))
    return float(low), float(high)


def bootstrap_medians(values: Sequence[Value], draws: int = DRAWS) -> Numbers:
    """Medians of `draws` resampled sets of pairs."""
    random = np.random.default_rng(SEED)
    ordered = sorted(values, key=lambda value: value.difference)
    differences = np.array([value.difference for value in ordered])
    factors = [
        np.unique([getattr(value, name) for value in ordered], return_inverse=True)
        for name in ("content", "style")
    ]
    sizes = [min(CHUNK, draws - start) for start in range(0, draws, CHUNK)]
    return np.concatenate([weighted_medians(differences, _drawn(random, factors, size)) for size in sizes])


def _drawn(
    random: np.random.Generator, factors: "list[tuple[NDArray[np.str_], NDArray[np.intp]]]", draws: int
) -> Counts:
    """How often each pair counts in each draw, (draws, pairs); draws without any pair are drawn again."""
    counts = np.ones((draws, len(factors[0][1])), dtype=np.int64)
    for levels, places in factors:
        times = random.multinomial(len(levels), np.full(len(levels), 1 / len(levels)), draws)
        counts *= times[:, places]
    empty = counts.sum(1) == 0
    if empty.any():
        counts[empty] = _drawn(random, factors, int(empty.sum()))
    return counts


def weighted_medians(ordered: Numbers, counts: Counts) -> Numbers:
    """The median of each row's multiset, which holds ordered[i] counts[row, i] times."""
    reached = counts.cumsum(1)
    total = reached[:, -1:]
    lower, upper = ((reached > rank).argmax(1) for rank in ((total - 1) // 2, total // 2))
    medians: Numbers = (ordered[lower] + ordered[upper]) / 2
    return medians
