"""How soon and how far a loss, or another value, falls along descents."""

import itertools
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pydantic import Field
from typing_extensions import override

from nstbench.claims.evidence import Evidence
from nstbench.claims.sample import LOG_RATIO, Compared, NoEvidenceError, Sample, Value, compared, log_ratio
from nstbench.claims.statistics.arms import TwoGroups
from nstbench.claims.statistics.base import ChartParameters, statistic
from nstbench.claims.statistics.tables import chosen

if TYPE_CHECKING:
    import pandas as pd


class LeastLossParameters(TwoGroups):
    """The evaluation `at` which losses are read; at the end of each trace without it."""

    at: int | None = Field(default=None, ge=1)


@statistic(LeastLossParameters)
def least_loss(parameters: LeastLossParameters, evidence: Evidence) -> Sample:
    """The least loss that two groups of arms find, by the best arm of each: d = log(L(a) / L(b)).

    Losses compare only where the arms minimise the same objective. A pair with a trace that ends before `at`
    is dropped.
    """
    arms, count = (*parameters.a, *parameters.b), len(parameters.a)

    def compare(traces: "tuple[pd.Series, ...]") -> Compared:
        ends = [parameters.at or trace.index[-1] for trace in traces]
        least = [float(trace.get(end, math.nan)) for trace, end in zip(traces, ends, strict=True)]
        if any(map(math.isnan, least)):
            return math.nan, math.nan, math.nan
        a, b = min(least[:count]), min(least[count:])
        return a, b, log_ratio(a, b)

    series = [evidence.least_losses(parameters.experiment, arm) for arm in arms]
    return compared(series, compare, LOG_RATIO)


class EvaluationsParameters(TwoGroups):
    """An arm has arrived at `within` times the least loss."""

    within: float = Field(default=1.05, ge=1)


@statistic(EvaluationsParameters)
def evaluations_to_loss(parameters: EvaluationsParameters, evidence: Evidence) -> Sample:
    """How many evaluations two groups of arms take to come near the least loss that any of them finds.

    The quickest arm of each group counts: d = log(n(a) / n(b)). A group that does not arrive has taken at
    least all of its evaluations, and that number is used.
    """
    arms, count = (*parameters.a, *parameters.b), len(parameters.a)

    def compare(traces: "tuple[pd.Series, ...]") -> Compared:
        goal = parameters.within * min(trace.iloc[-1] for trace in traces)
        a, b = (_quickest(group, goal) for group in (traces[:count], traces[count:]))
        return a, b, log_ratio(a, b)

    series = [evidence.least_losses(parameters.experiment, arm) for arm in arms]
    return compared(series, compare, LOG_RATIO)


def _quickest(traces: "Sequence[pd.Series]", goal: float) -> float:
    """The first evaluation with a loss of `goal` or less; without one, the longest trace's last."""
    arrived = [trace.index[trace <= goal] for trace in traces]
    first = [float(places[0]) for places in arrived if len(places)]
    return min(first) if first else max(float(trace.index[-1]) for trace in traces)


class ArrivalParameters(ChartParameters):
    """A chart of the kind `common_objective`, one of its quantities, and two arms by their captions.

    An arm has arrived after `part` of the way that b goes from its first value to its last, in logarithms.
    """

    quantity: str
    a: str
    b: str
    part: float = Field(gt=0, le=1)

    @property
    @override
    def sides(self) -> tuple[str, str]:
        return self.a, self.b


@statistic(ArrivalParameters)
def evaluations_to_value(parameters: ArrivalParameters, evidence: Evidence) -> Sample:
    """After how many evaluations two arms come near what the second ends with, from a chart of descents.

        d = log(n(a) / n(b)),  n the first evaluation with first(b)^(1 - part) * last(b)^part or less

    A pair where b does not fall, last(b) >= first(b), has no way to go and is dropped.
    """
    table = chosen(evidence.chart(parameters.chart), {"quantity": parameters.quantity})
    values, dropped = [], 0
    for (content, style), rows in table.groupby(["content", "style"], sort=False):
        a, b = (
            rows[rows["arm"] == arm].set_index("evaluation")["value"] for arm in (parameters.a, parameters.b)
        )
        if not (len(a) and len(b)):
            continue
        start, end = float(b.iloc[0]), float(b.iloc[-1])
        if not 0 < end < start:
            dropped += 1
            continue
        first, second = (arrival(arm, start * (end / start) ** parameters.part) for arm in (a, b))
        values.append(Value(str(content), str(style), first, second, log_ratio(first, second)))
    if not values and not dropped:
        raise NoEvidenceError(f"no {parameters.quantity} of both arms in the table of {parameters.chart}")
    return Sample(LOG_RATIO, tuple(values), dropped=dropped)


def arrival(values: "pd.Series", goal: float) -> float:
    """The evaluation at which positive `values`, by evaluation, first are `goal` or less.

    The logarithm of the value is interpolated linearly between the evaluations that are there. What does not
    arrive has taken at least all of its evaluations, and that number is used.
    """
    steps = list(zip(values.index.astype(float), values.astype(float), strict=True))
    if steps[0][1] <= goal:
        return steps[0][0]
    for (start, above), (end, below) in itertools.pairwise(steps):
        if below <= goal:
            return start + (end - start) * math.log(above / goal) / math.log(above / below)
    return steps[-1][0]
