"""The rule `exact`: facts that arithmetic or a table decides.

Supported when all of them hold, contradicted otherwise.
"""

from nstbench.claims.claim import ClaimTest
from nstbench.claims.records import Verdict
from nstbench.claims.rules.base import Correction, Measured
from nstbench.claims.sample import Sample


def measure(test: ClaimTest, sample: Sample) -> Measured:
    """No pairs, no estimate."""
    return Measured(0)


def judge(
    test: ClaimTest, sample: Sample, measured: Measured, correction: Correction | None
) -> tuple[Verdict, str]:
    """The verdict, and each fact with whether it is true."""
    holds = all(fact.holds for fact in sample.facts)
    said = "; ".join(f"{fact.says}: {'true' if fact.holds else 'false'}" for fact in sample.facts)
    return (Verdict.SUPPORTED if holds else Verdict.CONTRADICTED), said
