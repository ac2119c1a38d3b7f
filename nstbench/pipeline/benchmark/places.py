"""Which entries a measure tells apart: Friedman's test, and Nemenyi's critical difference of mean ranks.

References
----------
Demšar 2006, "Statistical comparisons of classifiers over multiple data sets", Journal of Machine Learning
Research 7, section 3.2.2.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LEVEL = 0.05
RESAMPLES = 2000
SEED = 0
# What an entry has on each pair, higher being better.
Values = Mapping[str, float]


@dataclass(frozen=True)
class Comparison:
    """Entries on pairs that all of them have.

    `ranks` are their mean ranks, 1 the best; two of them differ by more than `critical` where they are told
    apart. `p` is Friedman's, None where it cannot be computed.
    """

    ranks: dict[str, float]
    critical: float
    p: float | None

    def better_than(self, entry: str) -> int:
        """How many entries are told apart from one and better."""
        return sum(self.ranks[entry] - rank > self.critical for rank in self.ranks.values())

    @property
    def groups(self) -> tuple[tuple[str, ...], ...]:
        """The largest sets of entries that are not told apart, in the order of their ranks."""
        ordered = sorted(self.ranks, key=self.ranks.__getitem__)
        groups: list[tuple[str, ...]] = []
        for place, first in enumerate(ordered):
            group = tuple(
                name for name in ordered[place:] if self.ranks[name] - self.ranks[first] <= self.critical
            )
            if not groups or not set(group) <= set(groups[-1]):
                groups.append(group)
        return tuple(groups)


def compare(entries: Mapping[str, Values]) -> Comparison:
    """Compare entries that all have the same pairs, and tell none apart unless Friedman's test does."""
    from scipy.stats import friedmanchisquare, rankdata, studentized_range

    pairs = sorted(next(iter(entries.values()), {}))
    table = np.array([[values[pair] for pair in pairs] for values in entries.values()])
    if not table.size:
        return Comparison({}, math.inf, None)
    means = rankdata(-table, axis=0).mean(1)
    ranks = dict(zip(entries, map(float, means), strict=True))
    count = len(entries)
    if count < 3 or len(pairs) < 2 or np.ptp(table, axis=0).max() == 0:
        return Comparison(ranks, math.inf, None)
    p = float(friedmanchisquare(*table).pvalue)
    if not p < LEVEL:
        return Comparison(ranks, math.inf, None if math.isnan(p) else p)
    q = studentized_range.ppf(1 - LEVEL, count, np.inf) / math.sqrt(2)
    return Comparison(ranks, float(q * math.sqrt(count * (count + 1) / (6 * len(pairs)))), p)


def places(entries: Mapping[str, Values]) -> tuple[Comparison, dict[str, int]]:
    """Compare the entries that have most pairs, and place all: one more than are told apart and better.

    Those that have fewer pairs are placed among these on the pairs that they have.
    """
    most = max((len(values) for values in entries.values()), default=0)
    complete = {name: values for name, values in entries.items() if len(values) == most}
    whole = compare(complete)
    found = {}
    for name, values in entries.items():
        among = whole
        if name not in complete:
            others = {
                other: {pair: theirs[pair] for pair in values}
                for other, theirs in complete.items()
                if values.keys() <= theirs.keys()
            }
            among = compare({**others, name: values})
        found[name] = 1 + among.better_than(name)
    return whole, found


def interval(values: Values) -> tuple[float, float] | None:
    """The ends of the 95 % percentile bootstrap interval of the mean over pairs; None of one pair."""
    if len(values) < 2:
        return None
    own: NDArray[np.float64] = np.array(list(values.values()))
    drawn = np.random.default_rng(SEED).integers(len(own), size=(RESAMPLES, len(own)))
    low, high = np.quantile(own[drawn].mean(1), (LEVEL / 2, 1 - LEVEL / 2))
    return float(low), float(high)
