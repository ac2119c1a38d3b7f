"""The rule `directional`: one of two things is larger.

Supported when the 95 % interval of the median lies wholly on the claimed side of the bound, the median lies
the floor or more beyond it, and p, corrected for the claims of the document, stays below 0.05; contradicted
when all that holds on the other side. With a share, so many pairs must be as claimed as well.
"""

from nstbench.claims.claim import ClaimTest
from nstbench.claims.power import pairs_to_differ, spread_of
from nstbench.claims.records import Verdict
from nstbench.claims.rules.base import Correction, Measured, median_of
from nstbench.claims.rules.scale import (
    ROUNDING,
    beyond,
    bound,
    floor,
    measured_in_words,
    named,
    would_take,
    written,
)
from nstbench.claims.sample import Sample
from nstbench.claims.significance import LEAST_PAIRS, LEVEL, p_value
from nstbench.core.number_format import counted

CONFIDENCE = 0.95


def measure(test: ClaimTest, sample: Sample) -> Measured:
    """The median with its interval, and the p of the differences less the bound."""
    return median_of(sample, CONFIDENCE, p_value(sample.values, beyond(test, sample)))


def judge(
    test: ClaimTest, sample: Sample, measured: Measured, correction: Correction | None
) -> tuple[Verdict, str]:
    """The verdict and why, with whatever keeps it from falling on the claimed side."""
    assert measured.estimate is not None
    said = measured_in_words(sample, measured)
    if measured.count < LEAST_PAIRS or measured.interval is None or correction is None:
        return Verdict.INCONCLUSIVE, f"{said}; at least {LEAST_PAIRS} are needed"
    sign = 1 if test.side == "greater" else -1
    as_claimed = sum(sign * difference > 0 for difference in beyond(test, sample))
    said += (
        f", {as_claimed} as claimed; p = {measured.p:.2g}, {correction.p:.2g} corrected for "
        f"{counted(correction.claims, 'claim')}"
    )
    obstacles = _obstacles(test, sample, measured, correction, sign)
    if test.share and as_claimed / measured.count < test.share:
        obstacles.append(f"fewer than {test.share:.0%} are as claimed")
    if not obstacles:
        return Verdict.SUPPORTED, said
    if not _obstacles(test, sample, measured, correction, -sign):
        return Verdict.CONTRADICTED, said
    said += f"; {', and '.join(obstacles)}"
    effect, least = abs(measured.estimate - bound(test, sample)), floor(test, sample)
    if effect <= least:
        return (
            Verdict.INCONCLUSIVE,
            f"{said}; so small an effect stays below the floor with any number of pairs",
        )
    grid = pairs_to_differ(spread_of(sample.values), effect, least, correction.level)
    return Verdict.INCONCLUSIVE, said + would_take(grid, sample)


def _obstacles(
    test: ClaimTest, sample: Sample, measured: Measured, correction: Correction, sign: int
) -> list[str]:
    """What keeps the verdict from falling above the bound (sign 1) or below it (-1)."""
    assert measured.estimate is not None and measured.interval is not None
    limit, least = bound(test, sample), floor(test, sample)
    found = []
    if min(sign * (end - limit) for end in measured.interval) <= 0:
        found.append(f"the interval is not wholly on the claimed side of {written(limit, sample)}")
    if sign * (measured.estimate - limit) < least - ROUNDING:
        found.append(f"the {named(sample)} does not reach {written(limit + sign * least, sample)}")
    if correction.p >= LEVEL:
        found.append(f"the corrected p is not below {LEVEL:g}")
    return found
