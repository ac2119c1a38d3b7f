"""Which pictures meet a set of conditions; d is 1 for each that does and 0 for the others."""

from collections.abc import Mapping
from statistics import median
from typing import Literal

from pydantic import Field, model_validator

from nstbench.claims.evidence import Evidence
from nstbench.claims.sample import SHARE, NoEvidenceError, Pair, Sample, Value
from nstbench.claims.statistics.base import Statistic, StatisticParameters
from nstbench.claims.statistics.bounds import Bounds


class Condition(Bounds):
    """Bounds of a metric, or of a number of run.json; `times` multiplies them by what a control scores."""

    metric: str | None = None
    fact: str | None = None
    times: Literal["content copied", "style copied"] | None = None

    @model_validator(mode="after")
    def _one_source(self) -> "Condition":
        if (self.metric is None) == (self.fact is None):
            raise ValueError("give one of metric and fact")
        if self.times and not self.metric:
            raise ValueError("times needs a metric")
        return self


class InstancesParameters(StatisticParameters):
    """Every pair of the arms of `cases`, by experiment, is an instance; all `conditions` must be met.

    Pairs that do not meet all of `among` are no instances: they say nothing about the claim.
    """

    cases: dict[str, tuple[str, ...]] = Field(min_length=1)
    among: tuple[Condition, ...] = ()
    conditions: tuple[Condition, ...] = Field(min_length=1)

    @property
    def arms_read(self) -> Mapping[str, tuple[str, ...]]:
        return self.cases

    @property
    def metrics_read(self) -> tuple[str, ...]:
        return tuple(each.metric for each in (*self.among, *self.conditions) if each.metric)


def sample(parameters: InstancesParameters, evidence: Evidence) -> Sample:
    values: list[Value] = []
    lacking: list[str] = []
    for experiment, arm in ((id, arm) for id, arms in parameters.cases.items() for arm in arms):
        try:
            values += _instances(parameters, evidence, experiment, arm)
        except NoEvidenceError as error:
            lacking.append(str(error))
    if not values:
        raise NoEvidenceError(lacking[0] if lacking else "no run of the kind that the claim is about")
    return Sample(SHARE, tuple(values), dropped=len(lacking), noun="instance")


def _instances(parameters: InstancesParameters, evidence: Evidence, experiment: str, arm: str) -> list[Value]:
    """One value per pair, with the first condition's value and bound as `a` and `b`."""
    checked = [_checked(condition, evidence, experiment, arm) for condition in parameters.conditions]
    filters = [_checked(condition, evidence, experiment, arm) for condition in parameters.among]
    first = checked[0]
    # By the arm's own style, where it has one.
    styles = {evidence.pair(entry): entry.run.style for entry in evidence.planned(experiment, arm)}
    return [
        Value(pair[0], styles[pair], *first[pair][:2], float(all(entry[pair][2] for entry in checked)))
        for pair in first
        if all(pair in entry for entry in checked)
        and all(pair in entry and entry[pair][2] for entry in filters)
    ]


def _checked(
    condition: Condition, evidence: Evidence, experiment: str, arm: str
) -> dict[Pair, tuple[float, float, bool]]:
    """Value, bound and whether it is kept, by pair; medians over seeds."""
    if condition.metric is None:
        found = evidence.facts(experiment, arm, str(condition.fact))
    else:
        found = evidence.metric(experiment, arm, condition.metric)
    scales = _scales(condition, evidence, experiment, arm) or dict.fromkeys(found, 1.0)
    values = {pair: median(by_seed.values()) for pair, by_seed in found.items() if pair in scales}
    return {
        pair: (value, scales[pair] * condition.bound, condition.met(value, scales[pair]))
        for pair, value in values.items()
    }


def _scales(condition: Condition, evidence: Evidence, experiment: str, arm: str) -> dict[Pair, float]:
    if condition.times is None or condition.metric is None:
        return {}
    controls = evidence.control(experiment, arm, condition.times, condition.metric)
    return {pair: median(by_seed.values()) for pair, by_seed in controls.items()}


STATISTIC = Statistic("instances", InstancesParameters, sample)
