"""A metric of one group of arms against that of another; the median of each group counts.

d = log(median M(a) / median M(b))
"""

from statistics import median

from nstbench.claims.evidence import Evidence
from nstbench.claims.sample import LOG_RATIO, Compared, Sample, compared, log_ratio
from nstbench.claims.statistics.base import Statistic, Sweeps


class GroupParameters(Sweeps):
    """`metric` of two groups of arms."""

    metric: str

    @property
    def metrics_read(self) -> tuple[str, ...]:
        return (self.metric,)


def sample(parameters: GroupParameters, evidence: Evidence) -> Sample:
    count = len(parameters.a)

    def compare(values: tuple[float, ...]) -> Compared:
        a, b = median(values[:count]), median(values[count:])
        return a, b, log_ratio(a, b)

    arms = (*parameters.a, *parameters.b)
    series = [evidence.metric(parameters.experiment, arm, parameters.metric) for arm in arms]
    return compared(series, compare, LOG_RATIO)


STATISTIC = Statistic("group_medians", GroupParameters, sample)
