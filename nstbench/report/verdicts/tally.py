"""How many claims came out how."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from nstbench.report.verdicts.records import SIGNS, VERDICTS, Claim


@dataclass(frozen=True)
class Tally:
    """Counts by verdict, in the order of VERDICTS and without those that nothing has."""

    counts: dict[str, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def signs(self) -> dict[str, str]:
        return {verdict: SIGNS[verdict] for verdict in self.counts}


def tally(claims: Iterable[Claim]) -> Tally:
    found = Counter(claim.verdict for claim in claims)
    return Tally({verdict: found[verdict] for verdict in VERDICTS if found[verdict]})
