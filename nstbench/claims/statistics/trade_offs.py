"""Two groups of arms compared in content and in style at once, or in two other metrics."""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import itemgetter
from statistics import median

import numpy as np
from pydantic import Field
from typing_extensions import override

from nstbench.claims.evidence import Evidence
from nstbench.claims.sample import (
    LOG_RATIO,
    Compared,
    NoEvidenceError,
    Sample,
    Series,
    Value,
    compared,
    log_ratio,
)
from nstbench.claims.statistics.arms import TwoGroups
from nstbench.claims.statistics.base import (
    UNITS,
    ContentAndStyle,
    StatisticParameters,
    Transform,
    difference,
    metrics_of_arms,
    metrics_of_sweep,
    statistic,
)

# Content and style distance of a picture.
Point = tuple[float, float]
# Smaller distances count as this one, or a copied content would have an infinite volume.
LEAST = 1e-4
# Square decades.
LEAST_VOLUME = 1e-2


class TradeOffParameters(TwoGroups, ContentAndStyle):
    """Two groups of arms, each with all factors of its sweep: five pictures or more of each group."""


@statistic(TradeOffParameters)
def hypervolume(parameters: TradeOffParameters, evidence: Evidence) -> Sample:
    """How good a trade-off of content and style two groups of arms offer.

    The hypervolume of a group (Zitzler and Thiele 1999) is the area, in decades, that its points
    (log10 C, log10 S) dominate up to the reference: the content distance of the style handed back and the
    style distance of the content handed back.

        d = log(HV(a) / HV(b))

    All factors of the arms' sweeps are points, in equal numbers: one more may add to a volume, and takes none
    away. A volume below a hundredth of a square decade counts as that, or a group that dominates nothing
    would have no ratio. A pair both of whose volumes are as small is dropped: it says nothing of either.
    """
    return _compare_groups(parameters, evidence, _compare_volumes)


@statistic(TradeOffParameters)
def dominance(parameters: TradeOffParameters, evidence: Evidence) -> Sample:
    """Hypervolume, where a group counts as worse only if it is beaten altogether.

    d = log(HV(a) / HV(b)) as `hypervolume` has it, but 0, which says nothing, where b has the larger volume
    and yet some picture of a is dominated by none of b.
    """

    def compare(a: list[Point], b: list[Point], reference: Point) -> Compared:
        first, second, d = _compare_volumes(a, b, reference)
        dominated = all(any(other[0] <= c and other[1] <= s for other in b) for c, s in a)
        return first, second, 0.0 if d < 0 and not dominated else d

    return _compare_groups(parameters, evidence, compare)


def _compare_groups(
    parameters: TradeOffParameters,
    evidence: Evidence,
    compare: Callable[[list[Point], list[Point], Point], Compared],
) -> Sample:
    """What `compare` makes of the pictures of both groups and of the reference, pair by pair."""
    series, count = swept(parameters, evidence)
    if len(series) != 2 * len(parameters.metrics_read) * count:
        raise NoEvidenceError(
            f"{parameters.sides[0]} and {parameters.sides[1]} differ in their numbers of points"
        )

    def compare_values(values: tuple[float, ...]) -> Compared:
        reference, *found = points(values)
        return compare(found[:count], found[count:], reference)

    references = reference_distances(
        evidence, parameters.experiment, parameters.a[0], parameters.metrics_read
    )
    return compared([*references, *series], compare_values, LOG_RATIO)


def swept(parameters: TradeOffParameters, evidence: Evidence) -> tuple[list[Series[float]], int]:
    """Content and style distance in turns, of the arms of `a` and then of `b` at every factor of their sweep.

    And how many points the first group has. NoEvidenceError where a group has too few to be a front.
    """
    first, second = (
        metrics_of_sweep(evidence, parameters.experiment, group, parameters.metrics_read)
        for group in (parameters.a, parameters.b)
    )
    return first + second, len(first) // len(parameters.metrics_read)


def _compare_volumes(a: list[Point], b: list[Point], reference: Point) -> Compared:
    first, second = volume(a, reference), volume(b, reference)
    if max(first, second) < LEAST_VOLUME:
        return first, second, math.nan
    return first, second, math.log(max(first, LEAST_VOLUME) / max(second, LEAST_VOLUME))


def volume(pictures: Iterable[Point], reference: Point) -> float:
    """The area that pictures (C, S), lower being better, dominate below `reference`, in decades squared."""
    (far, high), *corners = (
        [math.log10(max(distance, LEAST)) for distance in each] for each in (reference, *pictures)
    )
    area = 0.0
    # From the best content on: each picture adds the strip between its style and the best style so far.
    for x, y in sorted(corners):
        if x < far and y < high:
            area += (far - x) * (high - y)
            high = y
    return area


def reference_distances(
    evidence: Evidence, experiment: str, arm: str, metrics: Sequence[str]
) -> list[Series[float]]:
    """The content distance of the style handed back, and the style distance of the content handed back."""
    content, style = metrics
    return [
        evidence.control(experiment, arm, "style copied", content),
        evidence.control(experiment, arm, "content copied", style),
    ]


def points(values: Sequence[float]) -> list[Point]:
    """C and S in turns, two by two."""
    return list(zip(values[::2], values[1::2], strict=True))


@statistic(TradeOffParameters)
def matched_style(parameters: TradeOffParameters, evidence: Evidence) -> Sample:
    """Content distance at equal style distance, read off two sweeps of weights: d = log(C(a) / C(b)).

    All factors of the arms' sweeps are points. log C is interpolated linearly over log S; both are read at
    the median of the log S that lie in the range that the sweeps share. A pair whose ranges do not meet is
    dropped.
    """
    series, count = swept(parameters, evidence)

    def compare(values: tuple[float, ...]) -> Compared:
        found = points(values)
        return at_equal_style(found[:count], found[count:])

    return compared(series, compare, LOG_RATIO)


def at_equal_style(a: list[Point], b: list[Point]) -> Compared:
    """C of both sweeps (C, S) at equal S, and the logarithm of their ratio; NaN where ranges do not meet."""
    if min(min(point) for point in (*a, *b)) <= 0:
        return math.nan, math.nan, math.nan
    curves = [np.log(sorted(sweep, key=lambda point: point[1])) for sweep in (a, b)]
    low = max(curve[0, 1] for curve in curves)
    high = min(curve[-1, 1] for curve in curves)
    if low > high:
        return math.nan, math.nan, math.nan
    style = median(log for curve in curves for log in curve[:, 1] if low <= log <= high)
    first, second = (float(np.interp(style, curve[:, 1], curve[:, 0])) for curve in curves)
    return math.exp(first), math.exp(second), first - second


@statistic(TradeOffParameters)
def scatter_over_contents(parameters: TradeOffParameters, evidence: Evidence) -> Sample:
    """How much more the content distance at equal style distance differs between contents of one style.

        d = |log C(a) - median over contents| - |log C(b) - median over contents|

    C is that of `matched_style`. By deviations from the median Brown and Forsythe (1974) compare spreads.
    Pairs of a style with fewer than three contents are dropped, for of two both are as far from the middle.
    """
    matched = matched_style(parameters, evidence)
    by_style: dict[str, list[Value]] = defaultdict(list)
    for value in matched.values:
        by_style[value.style].append(value)
    values = []
    for own in by_style.values():
        centres = (median(math.log(each.a) for each in own), median(math.log(each.b) for each in own))
        for each in own if len(own) > 2 else ():
            a, b = (abs(math.log(c) - centre) for c, centre in zip((each.a, each.b), centres, strict=True))
            values.append(Value(each.content, each.style, math.exp(a), math.exp(b), a - b))
    return Sample(LOG_RATIO, tuple(values), dropped=matched.dropped + len(matched.values) - len(values))


class MatchParameters(TwoGroups):
    """`metric` of two pictures that are alike in the metric `match`, to the factor `within`."""

    metric: str
    match: str
    within: float = Field(default=1.25, ge=1)
    transform: Transform = "log"

    @property
    @override
    def metrics_read(self) -> tuple[str, ...]:
        return self.match, self.metric


@statistic(MatchParameters)
def nearest_match(parameters: MatchParameters, evidence: Evidence) -> Sample:
    """One picture of each group, the two that are most alike in a metric, compared in another.

    For what cannot be interpolated along a sweep, as a class that is recognised or is not. A pair whose two
    pictures are further apart than `within` is dropped.
    """
    arms, count = (*parameters.a, *parameters.b), len(parameters.a)

    def compare(values: tuple[float, ...]) -> Compared:
        found = points(values)
        apart = [
            (abs(log_ratio(one, other)), a, b)
            for one, a in found[:count]
            for other, b in found[count:]
            if min(one, other) > 0
        ]
        distance, a, b = min(apart, key=itemgetter(0), default=(math.inf, math.nan, math.nan))
        if distance > math.log(parameters.within):
            return a, b, math.nan
        return a, b, difference(a, b, parameters.transform)

    series = metrics_of_arms(evidence, parameters.experiment, arms, parameters.metrics_read)
    return compared(series, compare, UNITS[parameters.transform])


class CurveParameters(StatisticParameters):
    """The `arm`, the arm whose `sweep` is the curve, the metric `x`, and the metrics `y`, which are added."""

    experiment: str
    arm: str
    sweep: str
    x: str
    y: tuple[str, ...] = Field(min_length=1)

    @property
    @override
    def arms_read(self) -> Mapping[str, tuple[str, ...]]:
        return {self.experiment: (self.arm, self.sweep)}

    @property
    @override
    def metrics_read(self) -> tuple[str, ...]:
        return self.x, *self.y

    @property
    @override
    def sides(self) -> tuple[str, str]:
        return self.arm, f"{self.sweep}, its weight swept"


@statistic(CurveParameters)
def below_curve(parameters: CurveParameters, evidence: Evidence) -> Sample:
    """How far a picture lies below the curve of a sweep in a plane of two metrics, both better when lower.

    d = log(y of the arm / y of the curve at the arm's x)
    """
    experiment, metrics = parameters.experiment, parameters.metrics_read
    count = len(metrics)

    def compare(values: tuple[float, ...]) -> Compared:
        point, *curve = (
            (values[first], sum(values[first + 1 : first + count])) for first in range(0, len(values), count)
        )
        return beside_curve(point, curve)

    series = [
        *metrics_of_arms(evidence, experiment, [parameters.arm], metrics),
        *metrics_of_sweep(evidence, experiment, [parameters.sweep], metrics),
    ]
    return compared(series, compare, LOG_RATIO)


def beside_curve(point: Point, curve: Sequence[Point]) -> Compared:
    """Give y of the point, y of the curve at its x, and the log of their ratio; NaN where something is 0.

    log y is interpolated linearly over log x between the points of the curve. Beyond its ends the curve goes
    on level: on the left lower than it would, on the right at what a point of it reaches that is better in x.
    """
    if min(min(each) for each in (point, *curve)) <= 0:
        return math.nan, math.nan, math.nan
    logs = np.log(sorted(curve))
    x, y = np.log(point)
    level = float(np.interp(x, logs[:, 0], logs[:, 1]))
    return point[1], math.exp(level), float(y) - level
