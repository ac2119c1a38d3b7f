"""config/claims.yaml: every claim of every document, and where the documents contradict each other."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

from pydantic import ValidationError, model_validator

from nstbench.charts.chart import Chart, load_charts
from nstbench.claims.claim import Claim, Contradiction
from nstbench.core.configuration import Name, Record, first_problem
from nstbench.core.errors import InputError, shortened
from nstbench.core.yaml_files import read_yaml
from nstbench.metrics import metrics
from nstbench.metrics.feature_spaces import FEATURE_SPACES, FeatureSpace
from nstbench.pipeline.project import Project

FILE = Path("config") / "claims.yaml"
# What the ids of metrics by the judge of a profile end with, whichever it is.
JUDGE = "_judge"


class Register(Record):
    """`documents` are full titles by the short name that ids of claims begin with."""

    documents: dict[Name, str]
    claims: tuple[Claim, ...]
    contradictions: tuple[Contradiction, ...]

    @model_validator(mode="after")
    def _consistent(self) -> "Register":
        ids = [claim.id for claim in self.claims]
        if repeated := [id for id, times in Counter(ids).items() if times > 1]:
            raise ValueError(f"{repeated[0]} is there twice")
        for claim in self.claims:
            if claim.document not in self.documents or not claim.id.startswith(f"{claim.document}-claim-"):
                allowed = ", ".join(f"{name}-claim-..." for name in self.documents)
                raise ValueError(f"{claim.id} of {shortened(claim.document)}: ids are {allowed}")
        known = set(ids)
        for contradiction in self.contradictions:
            named = {id for position in contradiction.positions for id in position.claims}
            for id in named.union(contradiction.decided_by) - known:
                raise ValueError(
                    f"contradiction {shortened(contradiction.topic)}: unknown claim {shortened(id)}"
                )
        return self


def load_register(project: Project) -> Register:
    """Read config/claims.yaml of a checkout; InputError names the entry and what is allowed."""
    file = project.root / FILE
    try:
        register = Register.model_validate(read_yaml(file))
    except ValidationError as error:
        raise InputError(f"{file}: {first_problem(error, Register)}") from error
    charts = load_charts(project)
    for claim in register.claims:
        for problem in _problems(claim, project, charts):
            raise InputError(f"{file}: {claim.id}: {problem}")
    judge = list(project.profile.judges)[-1]
    space = next(each for each in FEATURE_SPACES if each.backbone == judge)
    claims = [_judged_in(space, claim) for claim in register.claims]
    return Register.model_validate({**dict(register), "claims": claims})


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
            known = [arm.id for arm in project.experiments[experiment].arms]
            yield from _strangers(f"arm of {experiment}", arms, known)
        yield from _strangers(
            "metric", parameters.metrics_read, [*(f"{id}{JUDGE}" for id in ("C", "S", "Ct")), *metrics()]
        )
        yield from _strangers("chart", parameters.charts_read, charts)
    yield from _strangers("experiment or chart", claim.see, {*project.experiments, *charts})


def _strangers(what: str, given: Iterable[str], known: Collection[str]) -> Iterator[str]:
    for name in given:
        if name not in known:
            yield f"unknown {what} {shortened(name)}; allowed: {', '.join(known)}"
