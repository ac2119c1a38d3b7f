"""results/claims.json read back: every claim with its verdict, and where documents contradict each other."""

import json
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from nstbench.core.errors import InputError

# As the pages list them.
VERDICTS = ("supported", "contradicted", "inconclusive", "not testable", "not run")
# Signs beside the words, so that no verdict is told by its colour alone.
SIGNS = dict(zip(VERDICTS, "✓✗≈∅○", strict=True))


class _Read(BaseModel):
    """What a page needs of an entry; the file may say more."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Value(_Read):
    """One pair: the two values compared and their difference."""

    content: str
    style: str
    a: float
    b: float
    difference: float


class Finding(_Read):
    """What one test of a claim has measured; `says` is what the claim expects of it."""

    says: str | None = None
    part_verdict: str | None = None
    part_reason: str | None = None
    n_pairs: int = 0
    estimate: float | None = None
    interval: tuple[float, float] | None = None
    confidence: float | None = None
    p: float | None = None
    p_corrected: float | None = None
    bound: float | None = None
    floor: float | None = None
    share: float | None = None
    unit: str | None = None
    claimed_side: str | None = None
    arms: tuple[str, str] | None = None
    values: tuple[Value, ...] = ()


class Claim(Finding):
    """A claim with the numbers of its first test; `parts` are all of its tests where there are several."""

    id: str
    document: str
    quote: str
    line: int | None = None
    rule: str
    verdict: str
    surrogate: str | None = None
    reason: str | None = None
    note: str | None = None
    experiments: tuple[str, ...] = ()
    charts: tuple[str, ...] = ()
    see: tuple[str, ...] = ()
    parts: tuple[Finding, ...] = ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What each of its tests has measured."""
        return self.parts or (self,)

    @property
    def figures(self) -> tuple[str, ...]:
        """The experiments and charts that decide it or bear on it."""
        return tuple(dict.fromkeys((*self.experiments, *self.charts, *self.see)))


class Position(_Read):
    """What some documents hold."""

    documents: tuple[str, ...]
    says: str
    claims: tuple[str, ...] = ()


class Contradiction(_Read):
    """Positions that cannot all be right, and which one stands."""

    topic: str
    positions: tuple[Position, ...]
    decided_by: tuple[str, ...] = ()
    outcome: str
    reason: str | None = None


class Verdicts(_Read):
    """The file."""

    claims: tuple[Claim, ...] = ()
    contradictions: tuple[Contradiction, ...] = Field(default=())

    def about(self, id: str, named: Collection[str] = ()) -> list[Claim]:
        """The claims that an experiment or a chart decides or bears on, and those `named` by their ids."""
        return [claim for claim in self.claims if id in claim.figures or claim.id in named]


@dataclass(frozen=True)
class VerdictCounts:
    """How many claims have each verdict, in the order of VERDICTS and without those that none has."""

    counts: dict[str, int]

    @property
    def total(self) -> int:
        """How many claims there are."""
        return sum(self.counts.values())


def count_verdicts(claims: Iterable[Claim]) -> VerdictCounts:
    """Count claims by their verdicts."""
    found = Counter(claim.verdict for claim in claims)
    return VerdictCounts({verdict: found[verdict] for verdict in VERDICTS if found[verdict]})


def read_verdicts(file: Path) -> Verdicts:
    """InputError when the file is not there or cannot be read."""
    try:
        content: Any = json.loads(file.read_text(encoding="utf-8"))
        return Verdicts.model_validate(content)
    except (OSError, ValueError, ValidationError) as error:
        line = " ".join(str(error).split())
        raise InputError(f"{file} cannot be read ({line}); run snakemake again") from error
