"""A claim of a document and how it is judged, and where documents contradict each other."""

from typing import Any, Literal

from pydantic import Field, ValidationError, field_validator, model_validator

from nstbench.claims.quotation import quoted_places
from nstbench.claims.statistics import find_statistic
from nstbench.claims.statistics.base import StatisticParameters
from nstbench.core.configuration import Named, Record, first_problem
from nstbench.core.errors import InputError, shortened

# What a claim is about; the order is that of pages.
Topic = Literal[
    "content against style",
    "layers",
    "style statistics",
    "place of style",
    "networks",
    "optimisation",
    "starting picture",
    "colour",
    "fast networks",
    "judging results",
]
RuleName = Literal["directional", "equivalence", "existence", "exact", "not-testable"]
Side = Literal["less", "greater", "equal", "exists", "none", "holds"]
# The rule by which a test of each claimed side is judged.
RULE_OF_SIDE: dict[str, RuleName] = {
    "less": "directional",
    "greater": "directional",
    "equal": "equivalence",
    "exists": "existence",
    "none": "existence",
    "holds": "exact",
}


class ClaimTest(Record):
    """One measurement that a claim rests on; `says` is what the claim expects of it, as a clause.

    `statistic` measures a difference per pair with `parameters`. Where that is the logarithm of a ratio,
    `bound` and `floor` are factors, elsewhere they are in the unit of the difference. `bound` separates the
    claimed side from the other (if left out: a ratio of 1, a difference of 0); the median must lie `floor` or
    more beyond it (if left out: 10 % of a ratio, no difference). For the side `equal`, `floor` is the margin
    within which things count as equal. With `share`, so many pairs or instances must be as claimed. `because`
    says where these numbers come from: "the document's: ...", or "ours: ..." with the reason.
    """

    statistic: str
    says: str
    side: Side
    bound: float | None = None
    floor: float | None = Field(default=None, ge=0)
    share: float | None = Field(default=None, gt=0, le=1)
    because: str | None = None
    parameters: dict[str, Any] = Field(default={})

    @field_validator("statistic")
    @classmethod
    def _known_statistic(cls, id: str) -> str:
        try:
            return find_statistic(id).id
        except InputError as error:
            raise ValueError(str(error)) from error  # Told with its place in the file.

    @model_validator(mode="after")
    def _with_reasons(self) -> "ClaimTest":
        given = [name for name in ("bound", "floor", "share") if getattr(self, name) is not None]
        if given and self.because is None:
            raise ValueError(f"{' and '.join(given)} without because, which says where the number comes from")
        if self.because is not None and not self.because.startswith(("the document's: ", "ours: ")):
            raise ValueError('because begins with "the document\'s: " or "ours: "')
        return self

    @model_validator(mode="after")
    def _with_margin(self) -> "ClaimTest":
        if self.side == "equal" and not self.floor:
            raise ValueError("side 'equal' needs a floor, the margin within which things are equal")
        return self

    @property
    def rule(self) -> RuleName:
        """The rule that judges the claimed side."""
        return RULE_OF_SIDE[self.side]

    def typed_parameters(self) -> StatisticParameters:
        """InputError when they do not fit the statistic."""
        model: type[StatisticParameters] = find_statistic(self.statistic).parameters
        try:
            return model.model_validate(self.parameters)
        except ValidationError as error:
            raise InputError(f"parameters: {first_problem(error, model)}") from error


class Claim(Named):
    """What a document says in line `line` about `topic`, and how it is judged.

    `quote` is whole sentences, word for word but without marks of Markdown and LaTeX, `passage` what stands
    around them. A claim that cannot be tested has a `reason`. Every other one has tests, all of which must
    hold; `missing` names a part of the quote that no test covers, which bars `supported`, and, where
    there are no tests, what they would take. `about_weights` names the weights that a claim is about: with
    others it cannot be tested. `same_as` is the id of a claim that rests on the same measurement, so that
    both are one finding in sums over documents. `note` limits what the tests say. `see` are experiments and
    charts that bear on the claim without deciding it.
    """

    quote: str
    passage: str
    line: int = Field(ge=1)
    topic: Topic | None = None
    rule: RuleName
    tests: tuple[ClaimTest, ...] = ()
    reason: str | None = None
    missing: str | None = None
    about_weights: tuple[Literal["original", "imagenet"], ...] = ()
    same_as: str | None = None
    note: str | None = None
    see: tuple[str, ...] = ()

    @property
    def document(self) -> str:
        """The id of the document, which that of the claim begins with."""
        return self.id.partition("-claim-")[0]

    @model_validator(mode="after")
    def _in_its_passage(self) -> "Claim":
        if quoted_places(self.quote, self.passage) is None:
            raise ValueError(f"{self.id}: the passage does not contain the quote word for word")
        return self

    @model_validator(mode="after")
    def _consistent(self) -> "Claim":
        if self.rule == "not-testable":
            if self.reason is None or self.tests or self.missing:
                raise ValueError(f"{self.id}: give a reason, and neither tests nor missing")
        elif self.reason is not None:
            raise ValueError(f"{self.id}: only a claim of rule not-testable has a reason")
        elif not self.tests and self.missing is None:
            raise ValueError(f"{self.id}: give tests, or say in missing what they would take")
        elif self.tests and self.tests[0].rule != self.rule:
            raise ValueError(f"{self.id}: rule {self.rule} does not fit side {shortened(self.tests[0].side)}")
        return self


class Source(Named):
    """A document: `title` as experiments name it, `reference` in full, `link` where it is to be had."""

    title: str
    authors: tuple[str, ...] = Field(min_length=1)
    year: int | None = None
    reference: str
    link: str | None = None


class Position(Record):
    """What some documents hold; `claims` are those that say so in a way that is tested."""

    documents: tuple[str, ...] = Field(min_length=1)
    says: str
    claims: tuple[str, ...] = ()


class Contradiction(Record):
    """Positions that cannot all be right; the verdicts of `decided_by` decide."""

    topic: str
    positions: tuple[Position, ...] = Field(min_length=2)
    decided_by: tuple[str, ...] = Field(min_length=1)
