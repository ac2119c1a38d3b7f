"""Rank correlations over arms, one value per pair."""

import math
from collections.abc import Mapping
from itertools import permutations
from typing import Literal

from pydantic import Field
from typing_extensions import override

from nstbench.claims.evidence import Evidence
from nstbench.claims.sample import RANK_CORRELATION, Compared, Sample, compared
from nstbench.claims.statistics.base import StatisticParameters, metrics_of_arms, statistic
from nstbench.claims.statistics.sweeps import Sweep
from nstbench.claims.statistics.trade_offs import points
from nstbench.core.rank_correlation import spearman


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
    """Whether a lower loss means a better picture: Goodman and Kruskal's gamma over methods.

    Pictures of two methods at the same factor of the sweep are compared where one of them is nearer to the
    content and nearer to the style as well, so that it is better by any weighing of the two.

        d = share of these where the better one has the lower loss - share where it has the higher one

    It is 1 where the loss tells which is better, and 0 where it tells no more than a coin. Every method's
    loss is its own. A pair without any such two pictures is dropped.
    """
    experiment, arms = parameters.experiment, parameters.arms
    factors = evidence.factors(experiment, arms[0])
    series = [
        values
        for factor in factors
        for arm in arms
        for values in (
            evidence.facts(experiment, arm, "final_losses.total", factor),
            *(evidence.metric(experiment, arm, metric, factor) for metric in parameters.metrics_read),
        )
    ]

    def compare(values: tuple[float, ...]) -> Compared:
        pictures = list(zip(values[::3], values[1::3], values[2::3], strict=True))
        told = [
            math.copysign(1.0, other[0] - better[0])
            for start in range(0, len(pictures), len(arms))
            for better, other in permutations(pictures[start : start + len(arms)], 2)
            if better[1] < other[1] and better[2] < other[2] and better[0] != other[0]
        ]
        if not told:
            return math.nan, math.nan, math.nan
        lower = told.count(1.0) / len(told)
        return lower, 1 - lower, 2 * lower - 1

    return compared(series, compare, RANK_CORRELATION)
