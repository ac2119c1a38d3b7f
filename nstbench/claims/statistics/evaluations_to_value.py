"""After how many evaluations two arms come near what one of them ends with, from a chart of their descents.

The logarithm of the value is interpolated linearly between the evaluations that the chart has. An arm that
does not arrive has taken at least all of its evaluations, and that number is used.

    d = log(n(a) / n(b)),  n the first evaluation with a value of `within` times the last of b, or less
"""

import itertools
import math
from typing import TYPE_CHECKING

from pydantic import Field

from nstbench.claims.evidence import Evidence
from nstbench.claims.sample import LOG_RATIO, NoEvidenceError, Sample, Value, log_ratio
from nstbench.claims.statistics.base import Statistic, StatisticParameters
from nstbench.claims.statistics.selection import chosen

if TYPE_CHECKING:
    import pandas as pd


class ArrivalParameters(StatisticParameters):
    """A chart of the analysis `common_objective`, one of its quantities, and two arms by their captions."""

    chart: str
    quantity: str
    a: str
    b: str
    within: float = Field(default=1.2, ge=1)

    @property
    def charts_read(self) -> tuple[str, ...]:
        return (self.chart,)

    @property
    def sides(self) -> tuple[str, str]:
        return self.a, self.b


def sample(parameters: ArrivalParameters, evidence: Evidence) -> Sample:
    table = chosen(evidence.chart(parameters.chart), {"quantity": parameters.quantity})
    values = []
    for (content, style), rows in table.groupby(["content", "style"], sort=False):
        a, b = (
            rows[rows["arm"] == arm].set_index("evaluation")["value"] for arm in (parameters.a, parameters.b)
        )
        if len(a) and len(b):
            goal = parameters.within * float(b.iloc[-1])
            first, second = arrival(a, goal), arrival(b, goal)
            values.append(Value(str(content), str(style), first, second, log_ratio(first, second)))
    if not values:
        raise NoEvidenceError(f"no {parameters.quantity} of both arms in the table of {parameters.chart}")
    return Sample(LOG_RATIO, tuple(values))


def arrival(values: "pd.Series", goal: float) -> float:
    """The evaluation at which positive `values`, by evaluation, first are `goal` or less."""
    steps = list(zip(values.index.astype(float), values.astype(float), strict=True))
    if steps[0][1] <= goal:
        return steps[0][0]
    for (start, above), (end, below) in itertools.pairwise(steps):
        if below <= goal:
            return start + (end - start) * math.log(above / goal) / math.log(above / below)
    return steps[-1][0]


STATISTIC = Statistic("evaluations_to_value", ArrivalParameters, sample)
