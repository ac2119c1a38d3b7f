"""What a rule is, what it sees of a sample, and the correction of its p."""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

from nstbench.claims.claim import ClaimTest
from nstbench.claims.pigeonhole import interval
from nstbench.claims.records import Verdict
from nstbench.claims.sample import Sample
from nstbench.claims.significance import LEVEL


@dataclass(frozen=True)
class Measured:
    """What a rule sees of a sample.

    `interval` belongs to `confidence`; `p` is two-sided and not corrected; None where there is none.
    """

    count: int
    estimate: float | None = None
    interval: tuple[float, float] | None = None
    confidence: float | None = None
    p: float | None = None


def median_of(sample: Sample, confidence: float, p: float | None = None) -> Measured:
    """The median of a sample's differences with its interval, which takes two pairs or more."""
    count = len(sample.values)
    ends = interval(sample.values, confidence) if count > 1 else None
    return Measured(count, median(sample.differences), ends, confidence, p)


@dataclass(frozen=True)
class Correction:
    """The p of a test, corrected for the `claims` of its document that have one.

    `level` is what the uncorrected p must stay below.
    """

    p: float
    claims: int = 1
    level: float = LEVEL


@dataclass(frozen=True)
class Rule:
    """`measure` reduces a sample; `judge` gives the verdict and, in words, why."""

    measure: Callable[[ClaimTest, Sample], Measured]
    judge: Callable[[ClaimTest, Sample, Measured, Correction | None], tuple[Verdict, str]]
