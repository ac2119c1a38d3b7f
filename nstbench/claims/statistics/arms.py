"""Two arms, or two groups of arms, compared in a metric, pair by pair."""

import math
from collections.abc import Mapping
from statistics import median

from pydantic import Field
from typing_extensions import override

from nstbench.claims.evidence import CONTROLS, Evidence, Picture
from nstbench.claims.sample import DIFFERENCE, LOG_RATIO, Compared, Sample, compared, log_ratio
from nstbench.claims.statistics.base import (
    UNITS,
    StatisticParameters,
    Transform,
    difference,
    metrics_of_arms,
    statistic,
)

CONTENT_COPIED = "content copied"


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
    transform: Transform = "log"

    @property
    def metric_of_b(self) -> str:
        """The metric of `b`, which is that of `a` unless another is named."""
        return self.other_metric or self.metric

    @property
    @override
    def arms_read(self) -> Mapping[str, tuple[str, ...]]:
        return {self.experiment: tuple(arm for arm in (self.a, self.b) if arm not in CONTROLS)}

    @property
    @override
    def metrics_read(self) -> tuple[str, ...]:
        return self.metric, self.metric_of_b

    @property
    @override
    def sides(self) -> tuple[str, str]:
        return f"{self.metric} of {self.a}", f"{self.metric_of_b} of {self.b}"


@statistic(PairedParameters)
def paired(parameters: PairedParameters, evidence: Evidence) -> Sample:
    """One arm against another: d = log(A / B), or A - B for a metric that is bounded or may be 0."""
    experiment, a, b = parameters.experiment, parameters.a, parameters.b
    first = evidence.metric(experiment, a, parameters.metric)
    if b in CONTROLS:
        second = evidence.control(experiment, a, b, parameters.metric_of_b)
    else:
        second = evidence.metric(experiment, b, parameters.metric_of_b)

    def compare(values: tuple[float, ...]) -> Compared:
        return values[0], values[1], difference(values[0], values[1], parameters.transform)

    return compared([first, second], compare, UNITS[parameters.transform])


class ThresholdParameters(StatisticParameters):
    """`metric` of `arm`, and the number that it is compared with."""

    experiment: str
    arm: str
    metric: str
    threshold: float
    transform: Transform = "log"

    @property
    @override
    def arms_read(self) -> Mapping[str, tuple[str, ...]]:
        return {self.experiment: (self.arm,)}

    @property
    @override
    def metrics_read(self) -> tuple[str, ...]:
        return (self.metric,)

    @property
    @override
    def sides(self) -> tuple[str, str]:
        return f"{self.metric} of {self.arm}", f"{self.threshold:g}"


@statistic(ThresholdParameters)
def threshold(parameters: ThresholdParameters, evidence: Evidence) -> Sample:
    """An arm against a number: d = log(A / T), or A - T for a metric that is bounded or may be 0."""

    def compare(values: tuple[float, ...]) -> Compared:
        limit = parameters.threshold
        return values[0], limit, difference(values[0], limit, parameters.transform)

    values = evidence.metric(parameters.experiment, parameters.arm, parameters.metric)
    return compared([values], compare, UNITS[parameters.transform])


class TwoGroups(StatisticParameters):
    """Two groups of arms of one experiment."""

    experiment: str
    a: tuple[str, ...] = Field(min_length=1)
    b: tuple[str, ...] = Field(min_length=1)

    @property
    @override
    def arms_read(self) -> Mapping[str, tuple[str, ...]]:
        return {self.experiment: (*self.a, *self.b)}

    @property
    @override
    def sides(self) -> tuple[str, str]:
        return ", ".join(self.a), ", ".join(self.b)


class GroupParameters(TwoGroups):
    """`metric` of two groups of arms."""

    metric: str

    @property
    @override
    def metrics_read(self) -> tuple[str, ...]:
        return (self.metric,)


@statistic(GroupParameters)
def group_medians(parameters: GroupParameters, evidence: Evidence) -> Sample:
    """The median of each group counts: d = log(median M(a) / median M(b))."""
    arms, count = (*parameters.a, *parameters.b), len(parameters.a)

    def compare(values: tuple[float, ...]) -> Compared:
        a, b = median(values[:count]), median(values[count:])
        return a, b, log_ratio(a, b)

    series = metrics_of_arms(evidence, parameters.experiment, arms, parameters.metrics_read)
    return compared(series, compare, LOG_RATIO)


class TwosParameters(GroupParameters):
    """`metric` of the two arms of each group."""

    a: tuple[str, ...] = Field(min_length=2, max_length=2)
    b: tuple[str, ...] = Field(min_length=2, max_length=2)


@statistic(TwosParameters)
def between_groups(parameters: TwosParameters, evidence: Evidence) -> Sample:
    """How far two groups of two arms are apart, against how far the arms of a group are.

        d = log(|mean of group a - mean of group b| / mean of |difference within a group|),  all of log M

    A pair where arms of neither group differ, or the groups do not, is dropped.
    """

    def compare(values: tuple[float, ...]) -> Compared:
        if min(values) <= 0:
            return math.nan, math.nan, math.nan
        a1, a2, b1, b2 = map(math.log, values)
        between, within = abs(a1 + a2 - b1 - b2) / 2, (abs(a1 - a2) + abs(b1 - b2)) / 2
        return between, within, log_ratio(between, within)

    arms = (*parameters.a, *parameters.b)
    series = metrics_of_arms(evidence, parameters.experiment, arms, parameters.metrics_read)
    return compared(series, compare, LOG_RATIO)


@statistic(TwosParameters)
def told_apart(parameters: TwosParameters, evidence: Evidence) -> Sample:
    """How much farther the arms of group a are from each other than those of group b, which may be equal.

    d = |M(a1) - M(a2)| - |M(b1) - M(b2)|
    """

    def compare(values: tuple[float, ...]) -> Compared:
        a, b = abs(values[0] - values[1]), abs(values[2] - values[3])
        return a, b, a - b

    arms = (*parameters.a, *parameters.b)
    series = metrics_of_arms(evidence, parameters.experiment, arms, parameters.metrics_read)
    return compared(series, compare, DIFFERENCE)


class GapParameters(StatisticParameters):
    """The gap leads from `start` to `end` in `metric`; `intervention` is to make up `part` of it."""

    experiment: str
    metric: str
    start: str
    end: str
    intervention: str
    part: float = Field(gt=0, le=1)

    @property
    @override
    def arms_read(self) -> Mapping[str, tuple[str, ...]]:
        return {self.experiment: (self.intervention, self.start, self.end)}

    @property
    @override
    def metrics_read(self) -> tuple[str, ...]:
        return (self.metric,)

    @property
    @override
    def sides(self) -> tuple[str, str]:
        return self.intervention, self.start


@statistic(GapParameters)
def gap_share(parameters: GapParameters, evidence: Evidence) -> Sample:
    """Whether an intervention makes up so much of the gap between two arms.

        d = log(M(intervention) / M(start)) - part * log(M(end) / M(start))

    A pair without a gap, M(end) <= M(start), has nothing to make up and is dropped.
    """

    def compare(values: tuple[float, ...]) -> Compared:
        intervention, start, end = values
        gap = log_ratio(end, start)
        if not gap > 0:
            return intervention, start, math.nan
        return intervention, start, log_ratio(intervention, start) - parameters.part * gap

    arms = (parameters.intervention, parameters.start, parameters.end)
    series = metrics_of_arms(evidence, parameters.experiment, arms, parameters.metrics_read)
    return compared(series, compare, LOG_RATIO)


class ColourDifferenceParameters(StatisticParameters):
    """The results of the arms `a` and `b`; `b` may be `content copied`, the content of the runs of `a`.

    `control` is an arm that differs from `b` by nothing that matters.
    """

    experiment: str
    a: str
    b: str
    control: str | None = None

    @property
    @override
    def arms_read(self) -> Mapping[str, tuple[str, ...]]:
        arms = self.a, self.b, self.control
        return {self.experiment: tuple(arm for arm in arms if arm and arm != CONTENT_COPIED)}


@statistic(ColourDifferenceParameters)
def colour_difference(parameters: ColourDifferenceParameters, evidence: Evidence) -> Sample:
    """How far the colours of two pictures are apart, place by place.

        d = e(A, B) - e(control, B)

    where e is the mean over pixels of CIEDE2000 (Luo, Cui and Rigg 2001): 1 is about what an eye can see. The
    control says how far a change that does not matter takes a descent; without one, d is e(A, B).
    """
    experiment, a, b = parameters.experiment, parameters.a, parameters.b
    first = evidence.results_of(experiment, a)
    second = (
        evidence.contents_of(experiment, a) if b == CONTENT_COPIED else evidence.results_of(experiment, b)
    )
    control = [evidence.results_of(experiment, parameters.control)] if parameters.control else []

    def compare(pictures: tuple[Picture, ...]) -> Compared:
        found = evidence.colour_difference(pictures[0], pictures[1])
        unchanged = evidence.colour_difference(pictures[2], pictures[1]) if control else 0.0
        return found, unchanged, found - unchanged

    return compared([first, second, *control], compare, "CIEDE2000")
