"""A metric of one arm against that of another, pair by pair.

d = log(A / B), or A - B for a metric that is bounded or may be 0
"""

from collections.abc import Mapping
from typing import Literal

from nstbench.claims.evidence import CONTROLS, Evidence
from nstbench.claims.sample import DIFFERENCE, LOG_RATIO, Compared, Sample, Series, compared, log_ratio
from nstbench.claims.statistics.base import Statistic, StatisticParameters


class PairedParameters(StatisticParameters):
    """`metric` of the arms `a` and `b`.

    `b` may be a control of the runs of `a`, `content copied` or `style copied`; `other_metric` takes the
    place of `metric` for `b`.
    """

    experiment: str
    metric: str
    a: str
    b: str
    other_metric: str | None = None
    transform: Literal["log", "difference"] = "log"

    @property
    def metric_of_b(self) -> str:
        return self.other_metric or self.metric

    @property
    def arms_read(self) -> Mapping[str, tuple[str, ...]]:
        return {self.experiment: tuple(arm for arm in (self.a, self.b) if arm not in CONTROLS)}

    @property
    def metrics_read(self) -> tuple[str, ...]:
        return self.metric, self.metric_of_b

    @property
    def sides(self) -> tuple[str, str]:
        return f"{self.metric} of {self.a}", f"{self.metric_of_b} of {self.b}"


def sample(parameters: PairedParameters, evidence: Evidence) -> Sample:
    a = evidence.metric(parameters.experiment, parameters.a, parameters.metric)
    series = [a, _second(parameters, evidence)]
    if parameters.transform == "log":
        return compared(series, _ratio, LOG_RATIO)
    return compared(series, _difference, DIFFERENCE)


def _second(parameters: PairedParameters, evidence: Evidence) -> Series[float]:
    if parameters.b in CONTROLS:
        return evidence.control(parameters.experiment, parameters.a, parameters.b, parameters.metric_of_b)
    return evidence.metric(parameters.experiment, parameters.b, parameters.metric_of_b)


def _ratio(values: tuple[float, ...]) -> Compared:
    a, b = values
    return a, b, log_ratio(a, b)


def _difference(values: tuple[float, ...]) -> Compared:
    a, b = values
    return a, b, a - b


STATISTIC = Statistic("paired", PairedParameters, sample)
