"""Whether an intervention makes up so much of the gap between two arms.

d = log(M(intervention) / M(start)) - part * log(M(end) / M(start))

A pair without a gap, M(end) <= M(start), has nothing to make up and is dropped.
"""

import math
from collections.abc import Mapping

from pydantic import Field

from nstbench.claims.evidence import Evidence
from nstbench.claims.sample import LOG_RATIO, Compared, Sample, compared, log_ratio
from nstbench.claims.statistics.base import Statistic, StatisticParameters


class GapParameters(StatisticParameters):
    """The gap leads from `start` to `end` in `metric`; `intervention` is to make up `part` of it."""

    experiment: str
    metric: str
    start: str
    end: str
    intervention: str
    part: float = Field(gt=0, le=1)

    @property
    def arms_read(self) -> Mapping[str, tuple[str, ...]]:
        return {self.experiment: (self.intervention, self.start, self.end)}

    @property
    def metrics_read(self) -> tuple[str, ...]:
        return (self.metric,)

    @property
    def sides(self) -> tuple[str, str]:
        return self.intervention, self.start


def sample(parameters: GapParameters, evidence: Evidence) -> Sample:
    def compare(values: tuple[float, ...]) -> Compared:
        intervention, start, end = values
        gap = log_ratio(end, start)
        if not gap > 0:
            return intervention, start, math.nan
        return intervention, start, log_ratio(intervention, start) - parameters.part * gap

    arms = parameters.arms_read[parameters.experiment]
    series = [evidence.metric(parameters.experiment, arm, parameters.metric) for arm in arms]
    return compared(series, compare, LOG_RATIO)


STATISTIC = Statistic("gap_share", GapParameters, sample)
