"""A metric of one arm against a number.

d = log(A / T), or A - T for a metric that is bounded or may be 0
"""

from collections.abc import Mapping
from typing import Literal

from nstbench.claims.evidence import Evidence
from nstbench.claims.sample import DIFFERENCE, LOG_RATIO, Compared, Sample, compared, log_ratio
from nstbench.claims.statistics.base import Statistic, StatisticParameters


class ThresholdParameters(StatisticParameters):
    """`metric` of `arm`, and the number that it is compared with."""

    experiment: str
    arm: str
    metric: str
    threshold: float
    transform: Literal["log", "difference"] = "log"

    @property
    def arms_read(self) -> Mapping[str, tuple[str, ...]]:
        return {self.experiment: (self.arm,)}

    @property
    def metrics_read(self) -> tuple[str, ...]:
        return (self.metric,)

    @property
    def sides(self) -> tuple[str, str]:
        return f"{self.metric} of {self.arm}", f"{self.threshold:g}"


def sample(parameters: ThresholdParameters, evidence: Evidence) -> Sample:
    threshold, in_logs = parameters.threshold, parameters.transform == "log"

    def against(values: tuple[float, ...]) -> Compared:
        (value,) = values
        return value, threshold, log_ratio(value, threshold) if in_logs else value - threshold

    values = evidence.metric(parameters.experiment, parameters.arm, parameters.metric)
    return compared([values], against, LOG_RATIO if in_logs else DIFFERENCE)


STATISTIC = Statistic("threshold", ThresholdParameters, sample)
