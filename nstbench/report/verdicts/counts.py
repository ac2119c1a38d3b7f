"""How many claims have each verdict, and the sign of each."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from nstbench.claims.records import ClaimVerdict, Verdict

# Signs beside the words, so that no verdict is told by its colour alone.
SIGNS = dict(zip(Verdict, "✓✗≈∅○", strict=True))


@dataclass(frozen=True)
class VerdictCounts:
    """How many claims have each verdict, in the order of Verdict and without those that none has."""

    counts: dict[Verdict, int]

    @property
    def total(self) -> int:
        """How many claims there are."""
        return sum(self.counts.values())


def count_verdicts(claims: Iterable[ClaimVerdict]) -> VerdictCounts:
    """Count claims by their verdicts."""
    found = Counter(claim.verdict for claim in claims)
    return VerdictCounts({verdict: found[verdict] for verdict in Verdict if found[verdict]})
