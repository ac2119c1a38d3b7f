"""Rank correlations over arms, drawings and styles."""

import math
from collections.abc import Mapping
from dataclasses import replace
from itertools import permutations
from statistics import median

import numpy as np
from pydantic import Field
from typing_extensions import override

from nstbench.claims.evidence import Evidence
from nstbench.claims.sample import (
    LOG_RATIO,
    RANK_CORRELATION,
    Compared,
    Pair,
    Sample,
    Series,
    Value,
    compared,
    log_ratio,
)
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


class DrawingsParameters(StatisticParameters):
    """The arms along which `metrics` are claimed to rise; the factors of their sweep are drawings."""

    experiment: str
    metrics: tuple[str, ...] = Field(min_length=1)
    arms: tuple[str, ...] = Field(min_length=3)

    @property
    @override
    def arms_read(self) -> Mapping[str, tuple[str, ...]]:
        return {self.experiment: self.arms}

    @property
    @override
    def metrics_read(self) -> tuple[str, ...]:
        return self.metrics


@statistic(DrawingsParameters)
def trend_of_drawings(parameters: DrawingsParameters, evidence: Evidence) -> Sample:
    """Spearman's rank correlation of metrics with the order of arms, one value per drawing.

    It is the median of the metrics' correlations, so that of three metrics two have to rise.
    """
    experiment, arms, metrics = parameters.experiment, parameters.arms, parameters.metrics

    def compare(values: tuple[float, ...]) -> Compared:
        curves = [values[place :: len(metrics)] for place in range(len(metrics))]
        return curves[0][0], curves[0][-1], median(spearman(range(len(arms)), curve) for curve in curves)

    values: list[Value] = []
    dropped = 0
    for factor in evidence.factors(experiment, arms[0]):
        series = [evidence.metric(experiment, arm, metric, factor) for arm in arms for metric in metrics]
        drawn = compared(series, compare, RANK_CORRELATION)
        dropped += drawn.dropped
        values += [replace(value, content=f"drawing {factor:g}") for value in drawn.values]
    return Sample(RANK_CORRELATION, tuple(values), dropped=dropped, noun="drawing")


class StylesParameters(StatisticParameters):
    """`metric` of the results of an arm, and the metric `given` of their styles."""

    experiment: str
    arm: str
    metric: str
    given: str

    @property
    @override
    def arms_read(self) -> Mapping[str, tuple[str, ...]]:
        return {self.experiment: (self.arm,)}

    @property
    @override
    def metrics_read(self) -> tuple[str, ...]:
        return self.metric, self.given


@statistic(StylesParameters)
def across_styles(parameters: StylesParameters, evidence: Evidence) -> Sample:
    """Whether results go by their styles: by the quadrants of two metrics (Blomqvist 1950), pair by pair.

        d = sign(given - its median over styles) log(metric / its median over the styles of the content)

    It is positive where both lie above their medians, or both below. A style at the median is dropped.
    """
    experiment, arm = parameters.experiment, parameters.arm
    found = _medians(evidence.metric(experiment, arm, parameters.metric))
    given = _medians(evidence.control(experiment, arm, "style copied", parameters.given))
    middle = median({style: value for (_, style), value in given.items()}.values())
    values = []
    for (content, style), value in found.items():
        usual = median(other for (beside, _), other in found.items() if beside == content)
        sign = np.sign(given[content, style] - middle)
        difference = float(sign * log_ratio(value, usual))
        if sign and math.isfinite(difference):
            values.append(Value(content, style, value, usual, difference))
    return Sample(LOG_RATIO, tuple(values), dropped=len(found) - len(values))


def _medians(series: Series[float]) -> dict[Pair, float]:
    return {pair: median(by_seed.values()) for pair, by_seed in series.items()}


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
