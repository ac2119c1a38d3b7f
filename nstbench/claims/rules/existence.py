"""The rule `existence`: something can be had, or, for the side `none`, cannot.

"Can" is supported by one instance that meets the conditions, or by the share that the test asks for;
contradicted when none of twelve or more does. What is claimed to be impossible is contradicted by one
instance, and supported by twelve or more of which none meets the conditions.
"""

from nstbench.claims.claim import ClaimTest
from nstbench.claims.records import Verdict
from nstbench.claims.rules.base import Correction, Measured
from nstbench.claims.sample import Sample
from nstbench.core.number_format import counted

CONFIDENCE = 0.95
# So many instances that fail say that none exists.
ENOUGH = 12


def measure(test: ClaimTest, sample: Sample) -> Measured:
    """The share of instances that meet the conditions, with the exact interval (Clopper and Pearson 1934)."""
    from scipy.special import betaincinv

    met, count, tail = _met(sample), len(sample.values), (1 - CONFIDENCE) / 2
    low = float(betaincinv(met, count - met + 1, tail)) if met else 0.0
    high = float(betaincinv(met + 1, count - met, 1 - tail)) if met < count else 1.0
    return Measured(count, met / count, (low, high), CONFIDENCE)


def judge(
    test: ClaimTest, sample: Sample, measured: Measured, correction: Correction | None
) -> tuple[Verdict, str]:
    """The verdict and how many instances meet the conditions."""
    met, count = _met(sample), measured.count
    said = f"{met} of {counted(count, sample.noun)}"
    if sample.dropped:
        said += f", {sample.dropped} more without a value"
    denied = test.side == "none"
    if met == 0 and count < ENOUGH:
        return Verdict.INCONCLUSIVE, f"{said}; none of at least {ENOUGH} would say that there is none"
    if met == 0:
        return (Verdict.SUPPORTED if denied else Verdict.CONTRADICTED), said
    if denied:
        return Verdict.CONTRADICTED, said
    if test.share and met / count < test.share:
        return Verdict.INCONCLUSIVE, f"{said}; it takes {test.share:.0%} of them"
    return Verdict.SUPPORTED, said


def _met(sample: Sample) -> int:
    return sum(difference > 0 for difference in sample.differences)
