"""The rule `equivalence`: two things are as good as equal.

Supported when the 90 % interval of the median lies within the margin around the bound, which is two one-sided
tests at 5 % (Schuirmann 1987); contradicted when the 95 % interval lies outside of it altogether.
"""

from nstbench.claims.claim import ClaimTest
from nstbench.claims.pigeonhole import interval
from nstbench.claims.power import pairs_to_equal, spread_of
from nstbench.claims.records import Verdict
from nstbench.claims.rules.base import Correction, Measured, median_of
from nstbench.claims.rules.scale import ROUNDING, bound, floor, measured_in_words, named, would_take, written
from nstbench.claims.sample import Sample
from nstbench.claims.significance import LEAST_PAIRS

WITHIN, OUTSIDE = 0.90, 0.95


def measure(test: ClaimTest, sample: Sample) -> Measured:
    """The median with the interval that decides whether it is within the margin."""
    return median_of(sample, WITHIN)


def judge(
    test: ClaimTest, sample: Sample, measured: Measured, correction: Correction | None
) -> tuple[Verdict, str]:
    """The verdict and why, with the margins."""
    assert measured.estimate is not None
    said = measured_in_words(sample, measured)
    if measured.count < LEAST_PAIRS or measured.interval is None:
        return Verdict.INCONCLUSIVE, f"{said}; at least {LEAST_PAIRS} are needed"
    centre, margin = bound(test, sample), floor(test, sample)
    lowest, highest = centre - margin, centre + margin
    margins = f"{written(lowest, sample)} to {written(highest, sample)}"
    low, high = measured.interval
    if low >= lowest - ROUNDING and high <= highest + ROUNDING:
        return Verdict.SUPPORTED, f"{said}; the interval lies within {margins}"
    low, high = interval(sample.values, OUTSIDE)
    if low > highest or high < lowest:
        return Verdict.CONTRADICTED, f"{said}; the 95 % interval lies outside of {margins}"
    said += f"; the interval of the {named(sample)} crosses a margin of {margins}"
    grid = pairs_to_equal(spread_of(sample.values), measured.estimate - centre, margin)
    return Verdict.INCONCLUSIVE, said + would_take(grid, sample)
