"""How many pictures, or rows of a chart's table, meet conditions; d is 1 for each that does, 0 for others."""

from collections.abc import Mapping
from statistics import median
from typing import Literal

from pydantic import Field, model_validator
from typing_extensions import override

from nstbench.claims.evidence import Evidence
from nstbench.claims.sample import SHARE, NoEvidenceError, Pair, Sample, Value
from nstbench.claims.statistics.base import ChartParameters, StatisticParameters, statistic
from nstbench.claims.statistics.tables import Wanted, check_columns, chosen
from nstbench.core.configuration import Record


class Bounds(Record):
    """The most or the least that is allowed."""

    at_most: float | None = None
    at_least: float | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> "Bounds":
        if (self.at_most is None) == (self.at_least is None):
            raise ValueError("give one of at_most and at_least")
        return self

    @property
    def bound(self) -> float:
        """Whichever of both is given."""
        return next(bound for bound in (self.at_most, self.at_least) if bound is not None)

    def met(self, value: float, scale: float = 1.0) -> bool:
        """Whether `value` keeps the bound times `scale`."""
        limit = scale * self.bound
        return value <= limit if self.at_least is None else value >= limit


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
    @override
    def arms_read(self) -> Mapping[str, tuple[str, ...]]:
        return self.cases

    @property
    @override
    def metrics_read(self) -> tuple[str, ...]:
        return tuple(each.metric for each in (*self.among, *self.conditions) if each.metric)


@statistic(InstancesParameters)
def instances(parameters: InstancesParameters, evidence: Evidence) -> Sample:
    """Which pictures meet all conditions: one value per pair of an arm.

    `a` and `b` of a value are the first condition's value and bound.
    """
    values: list[Value] = []
    lacking: list[str] = []
    for experiment, arm in ((id, arm) for id, arms in parameters.cases.items() for arm in arms):
        try:
            checked = [_checked(condition, evidence, experiment, arm) for condition in parameters.conditions]
            filters = [_checked(condition, evidence, experiment, arm) for condition in parameters.among]
        except NoEvidenceError as error:
            lacking.append(str(error))
            continue
        first = checked[0]
        # By the arm's own style, where it has one.
        styles = {evidence.pair(entry): entry.run.style for entry in evidence.planned(experiment, arm)}
        values += [
            Value(pair[0], styles[pair], *first[pair][:2], float(all(entry[pair][2] for entry in checked)))
            for pair in first
            if all(pair in entry for entry in checked)
            and all(pair in entry and entry[pair][2] for entry in filters)
        ]
    if not values:
        raise NoEvidenceError(lacking[0] if lacking else "no run of the kind that the claim is about")
    return Sample(SHARE, tuple(values), dropped=len(lacking), noun="instance")


def _checked(
    condition: Condition, evidence: Evidence, experiment: str, arm: str
) -> dict[Pair, tuple[float, float, bool]]:
    """Value, bound and whether it is kept, by pair; medians over seeds."""
    if condition.metric is None:
        found = evidence.facts(experiment, arm, str(condition.fact))
    else:
        found = evidence.metric(experiment, arm, condition.metric)
    scales = dict.fromkeys(found, 1.0)
    if condition.times and condition.metric:
        controls = evidence.control(experiment, arm, condition.times, condition.metric)
        scales = {pair: median(by_seed.values()) for pair, by_seed in controls.items()}
    values = {pair: median(by_seed.values()) for pair, by_seed in found.items() if pair in scales}
    return {
        pair: (value, scales[pair] * condition.bound, condition.met(value, scales[pair]))
        for pair, value in values.items()
    }


class TableShareParameters(ChartParameters):
    """Instances are the rows `where` columns hold a value, or one of several.

    `conditions` are bounds by column.

    A row that is empty in one of those columns is no instance.
    """

    where: dict[str, Wanted] = Field(default={})
    conditions: dict[str, Bounds] = Field(min_length=1)


@statistic(TableShareParameters)
def table_share(parameters: TableShareParameters, evidence: Evidence) -> Sample:
    """Which rows of a chart's table meet all conditions."""
    every = evidence.chart(parameters.chart)
    check_columns(every, parameters.conditions)
    table = chosen(every, parameters.where).dropna(subset=list(parameters.conditions))
    if table.empty:
        clauses = []
        for column, wanted in parameters.where.items():
            values = wanted if isinstance(wanted, tuple) else (wanted,)
            texts = (value if isinstance(value, str) else f"{value:g}" for value in values)
            clauses.append(f"{column} {' or '.join(texts)}")
        sought = ", ".join(clauses)
        raise NoEvidenceError(f"{evidence.table_name(parameters.chart)} has no row with {sought}")
    first, bounds = next(iter(parameters.conditions.items()))
    return Sample(
        SHARE,
        tuple(
            Value(
                str(place),
                "",
                float(row[first]),
                bounds.bound,
                float(all(each.met(row[column]) for column, each in parameters.conditions.items())),
            )
            for place, row in table.iterrows()
        ),
        noun="instance",
    )
