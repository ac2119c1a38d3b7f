"""What one sweep of weights reaches in content and style: its bend, its range, what it costs."""

import itertools
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator
from typing_extensions import override

from nstbench.claims.evidence import Evidence
from nstbench.claims.sample import LOG_RATIO, Compared, Sample, Series, compared, log_ratio
from nstbench.claims.statistics.base import (
    ContentAndStyle,
    metrics_of_arms,
    metrics_of_sweep,
    statistic,
)
from nstbench.claims.statistics.trade_offs import Point, points, reference_distances

FloatArray = NDArray[np.floating[Any]]
DECADES = "decades"
# An excess of 0 has no logarithm.
TINY = 1e-9
# How far from the straight line a knee is at least, of the extent of the curve in each direction.
LEAST_BEND = 0.1


class Sweep(ContentAndStyle):
    """Arms of one experiment in an order."""

    experiment: str
    arms: tuple[str, ...] = Field(min_length=2)

    @property
    @override
    def arms_read(self) -> Mapping[str, tuple[str, ...]]:
        return {self.experiment: self.arms}

    def distances(self, evidence: Evidence) -> list[Series[float]]:
        """Content and style distance of each arm in turns."""
        return metrics_of_arms(evidence, self.experiment, self.arms, self.metrics_read)


class KneeParameters(Sweep):
    """Arms in the order of their `weights`, and the weight that is `claimed`."""

    weights: tuple[float, ...] = Field(min_length=3)
    claimed: float = Field(gt=0)

    @model_validator(mode="after")
    def _a_weight_an_arm(self) -> "KneeParameters":
        if len(self.weights) != len(self.arms):
            raise ValueError(f"{len(self.weights)} weights for {len(self.arms)} arms; give one for each arm")
        return self


@statistic(KneeParameters)
def knee(parameters: KneeParameters, evidence: Evidence) -> Sample:
    """Where the front of a sweep bends most, in decades from where a document says.

        d = |log10(weight at the knee / weight claimed)|

    A pair whose curve has no knee is dropped. The ends are never a knee, so by chance d is below a bound as
    often as weights between the ends are.
    """

    def compare(values: tuple[float, ...]) -> Compared:
        place = place_of_knee(points(values))
        if place is None:
            return math.nan, math.nan, math.nan
        weight = parameters.weights[place]
        return weight, parameters.claimed, abs(math.log10(weight / parameters.claimed))

    return compared(parameters.distances(evidence), compare, DECADES)


def place_of_knee(points: list[Point]) -> int | None:
    """The place, among points (C, S) along a curve, of the one furthest from the line between the ends.

    The curve (log C, log S) is scaled to [0, 1] (Satopaa et al. 2011, "Finding a Kneedle in a Haystack").
    None where it is nowhere LEAST_BEND from the line, or C or S is the same at both ends or somewhere 0.
    """
    if min(min(point) for point in points) <= 0:
        return None
    curve = np.log(points)
    spans = curve[-1] - curve[0]
    if not spans.all():
        return None
    scaled = (curve - curve[0]) / spans
    bends = np.abs(scaled[:, 0] - scaled[:, 1])
    return int(bends.argmax()) if bends.max() >= LEAST_BEND else None


class ReachParameters(Sweep):
    """`most_content` and `most_style` are shares of what a picture of the other kind has.

    The largest C is a share of the style copied's, the largest S one of the content copied's: what a distance
    means depends on the network that judges, and a share less so.
    """

    most_content: float = Field(default=0.25, gt=0)
    most_style: float = Field(default=0.25, gt=0)

    def series(self, evidence: Evidence) -> list[Series[float]]:
        """C of the style copied, S of the content copied, then C and S of each arm in turns."""
        copied = reference_distances(evidence, self.experiment, self.arms[0], self.metrics_read)
        return [*copied, *self.distances(evidence)]

    def excesses(self, values: Sequence[float]) -> list[float]:
        """Of each arm, the larger of its distances relative to their bounds; 1 or less is within both."""
        (far, high), *found = points(values)
        return [max(c / (self.most_content * far), s / (self.most_style * high)) for c, s in found]


@statistic(ReachParameters)
def reaches_both(parameters: ReachParameters, evidence: Evidence) -> Sample:
    """How near the best picture of a sweep comes to being good in content and in style at once.

        d = log min over arms of max(C / (most content * C(style copied)),
                                     S / (most style * S(content copied)))

    It is negative where one picture is within both bounds.
    """

    def compare(values: tuple[float, ...]) -> Compared:
        nearest = min(parameters.excesses(values))
        return nearest, 1.0, log_ratio(nearest, 1.0)

    return compared(parameters.series(evidence), compare, LOG_RATIO)


class RangeParameters(ReachParameters):
    """The `weights` of the arms, one each, from large to small."""

    weights: tuple[float, ...]


@statistic(RangeParameters)
def balanced_range(parameters: RangeParameters, evidence: Evidence) -> Sample:
    """How many decades of weights give pictures that keep enough content and take on enough style.

    The excess over the bounds (see `reaches_both`) is interpolated between arms, its logarithm linearly over
    that of the weight; d is the length of what lies within. A pair without an arm that does is dropped.
    """
    decades = np.log10(parameters.weights)

    def compare(values: tuple[float, ...]) -> Compared:
        excesses = parameters.excesses(values)
        if min(excesses) > 1:
            return math.nan, math.nan, math.nan
        high, low = within(decades, np.log(np.maximum(excesses, TINY)))
        return 10**high, 10**low, high - low

    return compared(parameters.series(evidence), compare, DECADES)


def within(places: FloatArray, heights: FloatArray) -> tuple[float, float]:
    """The outermost places, the larger first, where lines between points (place, height) are 0 or lower."""
    found = list(places[heights <= 0])
    for (x, y), (next_x, next_y) in itertools.pairwise(zip(places, heights, strict=True)):
        if y * next_y < 0:
            found.append(x + (next_x - x) * y / (y - next_y))
    return float(max(found)), float(min(found))


class PriceParameters(ContentAndStyle):
    """The `arm` whose sweep is looked at; up to `part` of the style's C, the content counts as kept."""

    experiment: str
    arm: str
    part: float = Field(gt=0, lt=1)

    @property
    @override
    def arms_read(self) -> Mapping[str, tuple[str, ...]]:
        return {self.experiment: (self.arm,)}


@statistic(PriceParameters)
def price_of_content(parameters: PriceParameters, evidence: Evidence) -> Sample:
    """What it costs in style to keep the content: the best style distance with and without that demand.

        d = log(min S over pictures with C <= part * C(style copied) / min S over all pictures of the sweep)

    A pair where no picture keeps so much content is dropped.
    """
    experiment, arm = parameters.experiment, parameters.arm

    def compare(values: tuple[float, ...]) -> Compared:
        copied, pictures = values[0], points(values[1:])
        kept = [s for c, s in pictures if c <= parameters.part * copied]
        if not kept:
            return math.nan, math.nan, math.nan
        a, b = min(kept), min(s for _, s in pictures)
        return a, b, log_ratio(a, b)

    series = [
        evidence.control(experiment, arm, "style copied", parameters.content),
        *metrics_of_sweep(evidence, experiment, [arm], parameters.metrics_read),
    ]
    return compared(series, compare, LOG_RATIO)
