"""Bounds and floors of a test in the unit of its sample, and how its values are written."""

import math

from nstbench.claims.claim import ClaimTest
from nstbench.claims.power import MOST, Grid
from nstbench.claims.rules.base import Measured
from nstbench.claims.sample import LOG_RATIO, Sample
from nstbench.core.number_format import counted, number

# The least effect that counts where a test names none: 10 % of a ratio.
USUAL_FACTOR = 1.10
# Differences closer to a bound than this lie on it, and effects that miss a floor by less reach it.
ROUNDING = 1e-9


def bound(test: ClaimTest, sample: Sample) -> float:
    """What separates the claimed side from the other."""
    if sample.unit == LOG_RATIO:
        return math.log(1 if test.bound is None else test.bound)
    return test.bound or 0.0


def floor(test: ClaimTest, sample: Sample) -> float:
    """How far beyond the bound the median must lie."""
    if sample.unit == LOG_RATIO:
        return math.log(USUAL_FACTOR if test.floor is None else test.floor)
    return test.floor or 0.0


def beyond(test: ClaimTest, sample: Sample) -> list[float]:
    """The differences less the bound; those that rounding alone keeps from it are 0."""
    shifted = (difference - bound(test, sample) for difference in sample.differences)
    return [0.0 if abs(difference) < ROUNDING else difference for difference in shifted]


def written(value: float, sample: Sample) -> str:
    """A logarithm as the ratio that it is of."""
    if sample.unit == LOG_RATIO:
        return number(math.exp(value))
    return "0" if value == 0 else number(value)


def named(sample: Sample) -> str:
    """What the differences are, as a word for them."""
    return "ratio" if sample.unit == LOG_RATIO else sample.unit


def measured_in_words(sample: Sample, measured: Measured) -> str:
    """`median ratio 0.81 (95 % interval 0.75 to 0.88) of 12 pairs`, and how many had no value."""
    assert measured.estimate is not None
    said = f"{'median ' if measured.count > 1 else ''}{named(sample)} {written(measured.estimate, sample)}"
    if measured.interval is not None and measured.confidence is not None:
        low, high = (written(end, sample) for end in measured.interval)
        said += f" ({100 * measured.confidence:.0f} % interval {low} to {high})"
    said += f" of {counted(measured.count, sample.noun)}"
    return f"{said}, {sample.dropped} more without a value" if sample.dropped else said


def would_take(grid: Grid | None, sample: Sample) -> str:
    """A clause for what would decide; empty where the sample is no smaller than that and had bad luck."""
    count = len(sample.values)
    if grid is None:
        return f"; {MOST:.0f} times as many would not tell an effect of this size"
    if grid.pairs <= count:
        return ""
    shape = f" ({' x '.join(map(str, grid.sides))})" if len(grid.sides) > 1 else ""
    return f"; it would take about {counted(grid.pairs, sample.noun)}{shape} to tell an effect of this size"
