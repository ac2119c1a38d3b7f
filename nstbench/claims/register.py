"""Every claim of every document (config/claims/), and where documents contradict each other."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

from pydantic import Field, ValidationError, model_validator

from nstbench.charts.chart import Chart, load_charts
from nstbench.claims.claim import Claim, Contradiction, Source
from nstbench.core.configuration import Record, first_problem, load_named
from nstbench.core.errors import InputError, shortened
from nstbench.core.yaml_files import read_yaml
from nstbench.metrics import metrics
from nstbench.metrics.feature_spaces import FeatureSpace
from nstbench.pipeline.project import Project

FOLDER = Path("config") / "claims"
CONTRADICTIONS = Path("config") / "contradictions.yaml"
# What the ids of metrics by the judge of a profile end with, whichever it is.
JUDGE = "_judge"


class Document(Source):
    """What a file in config/claims/ holds; `number` is the place of the document among the others."""

    number: int = Field(ge=1)
    claims: tuple[Claim, ...]

    @model_validator(mode="after")
    def _consistent(self) -> "Document":
        ids = [claim.id for claim in self.claims]
        for claim in self.claims:
            if claim.document != self.id:
                raise ValueError(f"{claim.id}: the ids of claims here are {self.id}-claim-...")
        if repeated := [id for id, times in Counter(ids).items() if times > 1]:
            raise ValueError(f"{repeated[0]} is there twice")
        return self


class Contradictions(Record):
    """What config/contradictions.yaml holds."""

    contradictions: tuple[Contradiction, ...]


class Register(Record):
    """All documents, in the order of their numbers, and where they contradict each other."""

    documents: tuple[Document, ...]
    contradictions: tuple[Contradiction, ...]

    @property
    def claims(self) -> tuple[Claim, ...]:
        """Those of all documents."""
        return tuple(claim for document in self.documents for claim in document.claims)


def load_register(project: Project) -> Register:
    """Read the claims of a checkout; InputError names the file, the entry and what is allowed."""
    charts = load_charts(project)

    def check(document: Document) -> None:
        for claim in document.claims:
            for problem in _problems(claim, project, charts):
                raise InputError(f"{claim.id}: {problem}")

    files = sorted((project.root / FOLDER).glob("*.yaml"))
    documents = sorted((load_named(file, Document, check) for file in files), key=lambda each: each.number)
    known = {claim.id for document in documents for claim in document.claims}
    for claim in (claim for document in documents for claim in document.claims):
        if claim.same_as not in {None, *known - {claim.id}}:
            file = project.root / FOLDER / f"{claim.document}.yaml"
            raise InputError(f"{file}: {claim.id}: same_as: unknown claim {shortened(str(claim.same_as))}")
    file = project.root / CONTRADICTIONS
    try:
        contradictions = Contradictions.model_validate(read_yaml(file)).contradictions
    except ValidationError as error:
        raise InputError(f"{file}: {first_problem(error, Contradictions)}") from error
    for contradiction in contradictions:
        named = {id for position in contradiction.positions for id in position.claims}
        for id in sorted(named.union(contradiction.decided_by).difference(known)):
            raise InputError(f"{file}: {shortened(contradiction.topic)}: unknown claim {shortened(id)}")
    judged = [
        Document.derived_from(
            document, claims=tuple(_judged_in(project.profile.judge, claim) for claim in document.claims)
        )
        for document in documents
    ]
    return Register(documents=tuple(judged), contradictions=contradictions)


def _judged_in(space: FeatureSpace, claim: Claim) -> Claim:
    """The claim with the metrics by one network in the place of those by the judge: S_lite for S_judge."""

    def named(value: object) -> object:
        match value:
            case str():
                return re.sub(rf"{JUDGE}\b", space.suffix, value)
            case dict():
                return {key: named(each) for key, each in value.items()}
            case list() | tuple():
                return [named(each) for each in value]
        return value

    tests = [
        {**dict(test), "parameters": named(test.typed_parameters().model_dump())} for test in claim.tests
    ]
    return Claim.model_validate({**dict(claim), "tests": tests})


def _problems(claim: Claim, project: Project, charts: Mapping[str, Chart]) -> Iterator[str]:
    """What a claim's tests read, or it refers to, and the project does not have."""
    for test in claim.tests:
        try:
            parameters = test.typed_parameters()
        except InputError as error:
            yield str(error)
            continue
        yield from _strangers("experiment", parameters.arms_read, project.experiments)
        for experiment, arms in parameters.arms_read.items():
            own = project.experiments[experiment]
            yield from _strangers(f"arm of {experiment}", arms, [arm.id for arm in own.arms])
            if own.grid:
                yield from _strangers(f"arm on the grid of {experiment}", arms, own.on_grid)
        yield from _strangers(
            "metric", parameters.metrics_read, [*(f"{id}{JUDGE}" for id in ("C", "S", "Ct")), *metrics()]
        )
        yield from _strangers("chart", parameters.charts_read, charts)
    yield from _strangers("experiment or chart", claim.see, {*project.experiments, *charts})


def _strangers(what: str, given: Iterable[str], known: Collection[str]) -> Iterator[str]:
    for name in given:
        if name not in known:
            yield f"unknown {what} {shortened(name)}; allowed: {', '.join(known)}"
