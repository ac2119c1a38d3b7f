"""Rule V: one of two things is larger.

Supported when the 95 % interval of the median lies wholly on the claimed side of the bound, the median lies
the floor or more beyond it, and the sign test, corrected for all tests of the document, stays below 0.05;
contradicted when all that holds on the other side. With a share, so many pairs must be as claimed as well.
"""

from nstbench.claims.claim import ClaimTest
from nstbench.claims.rules.base import Correction, Measured, Rule, Verdict, median_of
from nstbench.claims.rules.scale import ROUNDING, beyond, bound, floor, named, written
from nstbench.claims.rules.wording import measured_in_words, p_in_words
from nstbench.claims.sample import Sample
from nstbench.claims.sign_test import LEVEL, pairs_needed, sign_test

CONFIDENCE = 0.95


def measure(test: ClaimTest, sample: Sample) -> Measured:
    return median_of(sample, CONFIDENCE, sign_test(beyond(test, sample)))


def judge(
    test: ClaimTest, sample: Sample, measured: Measured, correction: Correction | None
) -> tuple[Verdict, str]:
    said = measured_in_words(sample, measured)
    needed = pairs_needed()
    if measured.count < needed or measured.interval is None or correction is None:
        return Verdict.INCONCLUSIVE, f"{said}; at least {needed} are needed{_to_stand(correction)}"
    as_claimed = _on_side(test, sample) / measured.count
    said += f", {_on_side(test, sample)} as claimed; {p_in_words(correction, measured)}"
    obstacles = _obstacles(test, sample, measured, correction, 1)
    if test.share and as_claimed < test.share:
        obstacles.append(f"fewer than {test.share:.0%} are as claimed")
    if not obstacles:
        return Verdict.SUPPORTED, said
    if not _obstacles(test, sample, measured, correction, -1):
        return Verdict.CONTRADICTED, said
    return Verdict.INCONCLUSIVE, f"{said}; {', and '.join(obstacles)}"


def _to_stand(correction: Correction | None) -> str:
    """How many pairs it takes to be below the level after the correction."""
    if correction is None or correction.tests == 1:
        return ""
    return f" ({pairs_needed(correction.tests)} to stand the correction for {correction.tests} tests)"


def _on_side(test: ClaimTest, sample: Sample) -> int:
    return sum(_sign(test) * difference > 0 for difference in beyond(test, sample))


def _sign(test: ClaimTest) -> int:
    return 1 if test.side == "greater" else -1


def _obstacles(
    test: ClaimTest, sample: Sample, measured: Measured, correction: Correction, side: int
) -> list[str]:
    """What keeps the verdict from falling on the claimed side (1) or on the other (-1)."""
    assert measured.estimate is not None and measured.interval is not None
    limit, sign = bound(test, sample), side * _sign(test)
    found = []
    if min(sign * (end - limit) for end in measured.interval) <= 0:
        found.append(f"the interval is not wholly on the claimed side of {written(limit, sample)}")
    least = floor(test, sample)
    if sign * (measured.estimate - limit) < least - ROUNDING:
        found.append(f"the {named(sample)} does not reach {written(limit + _sign(test) * least, sample)}")
    if correction.p >= LEVEL:
        found.append(f"the corrected p is not below {LEVEL:g}")
    return found


RULE = Rule("V", measure, judge)
