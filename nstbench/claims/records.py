"""The schema of results/claims.json: written by the pipeline, read by pages, notebooks and commands."""

import json
from collections.abc import Collection
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ConfigDict, ValidationError

from nstbench.claims.claim import Position, RuleName, Side, Source, Topic
from nstbench.claims.quotation import marked
from nstbench.claims.sample import Value
from nstbench.core.configuration import Record, first_problem
from nstbench.core.errors import InputError
from nstbench.pipeline.seals import whole

if TYPE_CHECKING:
    import pandas as pd


class _Entry(Record):
    """Reading it does not mind what else the file says."""

    model_config = ConfigDict(extra="ignore")


class Verdict(StrEnum):
    """How a claim stands after it was tested; in the order in which pages list them."""

    SUPPORTED = "supported"
    CONTRADICTED = "contradicted"
    INCONCLUSIVE = "inconclusive"
    NOT_TESTABLE = "not testable"
    NOT_RUN = "not run"


class Judged(_Entry):
    """What is claimed, where, and the verdict on it.

    `document` is the title of one of the file's documents. `surrogate` is what stands in the place of the
    documents' means; `caveat` says why no verdict of these results means anything, where that is so.
    """

    id: str
    document: str
    quote: str
    passage: str | None = None
    line: int
    topic: Topic | None = None
    rule: RuleName
    verdict: Verdict
    surrogate: str | None = None
    reason: str
    caveat: str | None = None

    @property
    def marked_passage(self) -> list[tuple[str, bool]]:
        """The passage in pieces, each with whether it is quoted; the quote alone where there is no more."""
        return marked(self.quote, self.passage or self.quote)


class Finding(_Entry):
    """What one test of a claim has measured; `says` is what the claim expects of it.

    `p` is not corrected; `bound` and `floor` are in the unit of the differences. What does not exist is None.
    """

    says: str | None = None
    claimed_side: Side | None = None
    part_verdict: Verdict | None = None
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
    because: str | None = None
    unit: str | None = None
    arms: tuple[str, str] | None = None
    values: tuple[Value, ...] = ()


# The file lists fields from the last base to the class itself.
class ClaimVerdict(Finding, Judged):
    """A claim with the numbers of its first test; `parts` are all of its tests where there are several."""

    experiments: tuple[str, ...] = ()
    charts: tuple[str, ...] = ()
    see: tuple[str, ...] = ()
    same_as: str | None = None
    note: str | None = None
    parts: tuple[Finding, ...] = ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """One per test."""
        return self.parts or (self,)

    @property
    def figures(self) -> tuple[str, ...]:
        """The experiments and charts that decide it or bear on it."""
        return tuple(dict.fromkeys((*self.experiments, *self.charts, *self.see)))


class ContradictionOutcome(_Entry):
    """Positions that cannot all be right, and which one stands."""

    topic: str
    positions: tuple[Position, ...]
    decided_by: tuple[str, ...]
    outcome: str
    reason: str


class Verdicts(_Entry):
    """The file; claims in the order of their documents."""

    claims: tuple[ClaimVerdict, ...]
    contradictions: tuple[ContradictionOutcome, ...] = ()
    documents: tuple[Source, ...] = ()
    profile: str | None = None

    @property
    def separate(self) -> list[ClaimVerdict]:
        """The claims, without those that rest on the measurement of another one."""
        return [claim for claim in self.claims if claim.same_as is None]

    def source(self, claim: Judged) -> Source | None:
        """The document of a claim."""
        return next((each for each in self.documents if each.title == claim.document), None)

    def about(self, id: str, named: Collection[str] = ()) -> list[ClaimVerdict]:
        """The claims that an experiment or a chart decides or bears on, and those `named` by their ids."""
        return [claim for claim in self.claims if id in claim.figures or claim.id in named]


def as_json(verdicts: Verdicts) -> str:
    """results/claims.json."""
    return json.dumps(verdicts.model_dump(mode="json"), indent=1, ensure_ascii=False, allow_nan=False)


def read_verdicts(file: Path) -> Verdicts:
    """InputError when the file is not there or cannot be read."""
    try:
        return Verdicts.model_validate_json(whole(file).read_bytes())
    except ValidationError as error:
        problem = first_problem(error, Verdicts)
        raise InputError(f"{file} cannot be read ({problem}); run snakemake again") from error
    except OSError as error:
        raise InputError(f"{file} cannot be read ({error}); run snakemake again") from error


# Columns of results/claims.csv; `low` and `high` are the ends of the interval.
TABLE_COLUMNS = (
    "id",
    "document",
    "verdict",
    "surrogate",
    "rule",
    "n_pairs",
    "estimate",
    "low",
    "high",
    "unit",
    "p",
    "p_corrected",
    "floor",
    "line",
    "quote",
    "passage",
    "reason",
    "caveat",
)


def as_table(verdicts: Verdicts) -> "pd.DataFrame":
    """One row per claim, TABLE_COLUMNS."""
    import pandas as pd

    rows = []
    for claim in verdicts.claims:
        low, high = claim.interval or (None, None)
        rows.append(claim.model_dump(mode="json", exclude={"values", "parts"}) | {"low": low, "high": high})
    return pd.DataFrame(rows, columns=TABLE_COLUMNS)
