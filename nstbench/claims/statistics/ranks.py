"""Rank correlations over arms, one value per pair."""

from collections.abc import Mapping
from typing import Literal

from pydantic import Field
from typing_extensions import override

from nstbench.claims.evidence import Evidence
from nstbench.claims.sample import RANK_CORRELATION, Compared, Sample, compared
from nstbench.claims.statistics.base import StatisticParameters, metrics_of_arms, statistic
from nstbench.claims.statistics.sweeps import Sweep
from nstbench.claims.statistics.trade_offs import points, reference_distances, volume
from nstbench.core.rank_correlation import kendall, spearman


class TrendParameters(StatisticParameters):
    """The arms in the order along which `metric` is claimed to rise or to fall."""

    experiment: str
    metric: str
    arms: tuple[str, ...] = Field(min_length=3)

    @property
    @override
    def arms_read(self) -> Mapping[str, tuple[str, ...]]:
        return {self.experiment: self.arms}

    @property
    @override
    def metrics_read(self) -> tuple[str, ...]:
        return (self.metric,)


@statistic(TrendParameters)
def trend(parameters: TrendParameters, evidence: Evidence) -> Sample:
    """Spearman's rank correlation of a metric with the order of arms."""

    def compare(values: tuple[float, ...]) -> Compared:
        return values[0], values[-1], spearman(range(len(values)), values)

    series = metrics_of_arms(evidence, parameters.experiment, parameters.arms, parameters.metrics_read)
    return compared(series, compare, RANK_CORRELATION)


@statistic(Sweep)
def trade_off(parameters: Sweep, evidence: Evidence) -> Sample:
    """Spearman's rank correlation of content and style distance over a sweep.

    It is -1 where no picture of the sweep is better in both.
    """

    def compare(values: tuple[float, ...]) -> Compared:
        contents, styles = zip(*points(values), strict=True)
        return contents[0], contents[-1], spearman(contents, styles)

    return compared(parameters.distances(evidence), compare, RANK_CORRELATION)


class AcrossParameters(StatisticParameters):
    """`metric` of the results of `arms`, and the metric `given` of what is `copied` in a control."""

    experiment: str
    arms: tuple[str, ...] = Field(min_length=3)
    metric: str
    given: str
    copied: Literal["content copied", "style copied"] = "style copied"

    @property
    @override
    def arms_read(self) -> Mapping[str, tuple[str, ...]]:
        return {self.experiment: self.arms}

    @property
    @override
    def metrics_read(self) -> tuple[str, ...]:
        return self.metric, self.given


@statistic(AcrossParameters)
def across_arms(parameters: AcrossParameters, evidence: Evidence) -> Sample:
    """Whether results go by what they were made from: Spearman's rank correlation over arms.

    Of each arm, a metric of the result is set against another one of its style, or of its content.
    """
    experiment, count = parameters.experiment, len(parameters.arms)

    def compare(values: tuple[float, ...]) -> Compared:
        given, found = values[:count], values[count:]
        return given[0], found[0], spearman(given, found)

    series = [
        *(evidence.control(experiment, arm, parameters.copied, parameters.given) for arm in parameters.arms),
        *metrics_of_arms(evidence, experiment, parameters.arms, [parameters.metric]),
    ]
    return compared(series, compare, RANK_CORRELATION)


@statistic(Sweep)
def loss_and_quality(parameters: Sweep, evidence: Evidence) -> Sample:
    """Whether a lower loss means a better picture: Kendall's tau-b over methods.

    Quality is the hypervolume of the single picture (see `hypervolume`); tau is positive where lower losses
    come with better pictures. Every method's loss is its own.
    """
    experiment, count = parameters.experiment, len(parameters.arms)

    def compare(values: tuple[float, ...]) -> Compared:
        losses = values[:count]
        reference, *pictures = points(values[count:])
        qualities = [volume([picture], reference) for picture in pictures]
        return max(qualities), min(qualities), kendall([-loss for loss in losses], qualities)

    series = [
        *(evidence.facts(experiment, arm, "final_losses.total") for arm in parameters.arms),
        *reference_distances(evidence, experiment, parameters.arms[0], parameters.metrics_read),
        *parameters.distances(evidence),
    ]
    return compared(series, compare, RANK_CORRELATION)
