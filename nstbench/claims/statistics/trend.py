"""Spearman's rank correlation of a metric with the order of arms, one value per pair."""

from collections.abc import Mapping

from pydantic import Field

from nstbench.claims.evidence import Evidence
from nstbench.claims.sample import RANK_CORRELATION, Compared, Sample, compared
from nstbench.claims.statistics.base import Statistic, StatisticParameters
from nstbench.core.rank_correlation import spearman


class TrendParameters(StatisticParameters):
    """The arms in the order along which `metric` is claimed to rise or to fall."""

    experiment: str
    metric: str
    arms: tuple[str, ...] = Field(min_length=3)

    @property
    def arms_read(self) -> Mapping[str, tuple[str, ...]]:
        return {self.experiment: self.arms}

    @property
    def metrics_read(self) -> tuple[str, ...]:
        return (self.metric,)


def sample(parameters: TrendParameters, evidence: Evidence) -> Sample:
    def compare(values: tuple[float, ...]) -> Compared:
        return values[0], values[-1], spearman(range(len(values)), values)

    series = [evidence.metric(parameters.experiment, arm, parameters.metric) for arm in parameters.arms]
    return compared(series, compare, RANK_CORRELATION)


STATISTIC = Statistic("trend", TrendParameters, sample)
