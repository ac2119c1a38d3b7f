"""What a statistic has measured, before anything is concluded from it."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TypeVar

T = TypeVar("T")
# Content and style by the names of the pictures that are used.
Pair = tuple[str, str]
# By pair and seed.
Series = Mapping[Pair, Mapping[int, T]]
# Two values that are compared, and the difference that is tested.
Compared = tuple[float, float, float]

LOG_RATIO = "log ratio"
DIFFERENCE = "difference"
RANK_CORRELATION = "rank correlation"
SHARE = "share"


@dataclass(frozen=True)
class Value:
    """One pair: the two values compared and their difference, medians over seeds."""

    content: str
    style: str
    a: float
    b: float
    difference: float


@dataclass(frozen=True)
class Fact:
    """A statement that is exactly true or false, with no sample behind it."""

    says: str
    holds: bool


@dataclass(frozen=True)
class Sample:
    """The values of a test, one per `noun`; `dropped` are those that could not be compared."""

    unit: str
    values: tuple[Value, ...] = ()
    facts: tuple[Fact, ...] = ()
    dropped: int = 0
    noun: str = "pair"

    @property
    def differences(self) -> list[float]:
        """What is tested, one per value."""
        return [value.difference for value in self.values]


class NoEvidenceError(Exception):
    """Raised by a statistic whose runs or tables are not there; the message says which."""


def aligned(series: Sequence[Series[T]]) -> dict[Pair, list[tuple[T, ...]]]:
    """Per pair that all series have, a tuple of their values for every seed that they share.

    A series with one value, because nothing in it is drawn, has that value for every seed.
    """
    found: dict[Pair, list[tuple[T, ...]]] = {}
    for pair in series[0]:
        if not all(pair in entry for entry in series):
            continue
        values = [entry[pair] for entry in series]
        drawn = [set(by_seed) for by_seed in values if len(by_seed) > 1]
        seeds = sorted(set.intersection(*drawn)) if drawn else [0]
        found[pair] = [
            tuple(by_seed[seed] if len(by_seed) > 1 else next(iter(by_seed.values())) for by_seed in values)
            for seed in seeds
        ]
    return found


def compared(series: Sequence[Series[T]], compare: Callable[[tuple[T, ...]], Compared], unit: str) -> Sample:
    """What `compare` makes of the aligned values, medians over seeds.

    Pairs that not all series have, or for which nothing finite comes out, are dropped.
    """
    values = []
    for (content, style), by_seed in aligned(series).items():
        made = [entry for entry in map(compare, by_seed) if math.isfinite(entry[2])]
        if made:
            a, b, difference = (median(column) for column in zip(*made, strict=True))
            values.append(Value(content, style, a, b, difference))
    asked = {pair for entry in series for pair in entry}
    return Sample(unit, tuple(values), dropped=len(asked) - len(values))


def log_ratio(a: float, b: float) -> float:
    """NaN unless both are positive."""
    return math.log(a / b) if a > 0 and b > 0 else math.nan
