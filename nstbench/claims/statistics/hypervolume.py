"""How good a trade-off of content and style two groups of arms offer.

The hypervolume of a group is the area, in decades, that its points (log10 C, log10 S) dominate up to the
reference: the content distance of the style handed back and the style distance of the content handed back.

    d = log(HV(a) / HV(b))

A volume below a hundredth of a square decade counts as that, or a group that dominates nothing would have no
ratio. A pair both of whose volumes are as small is dropped: it says nothing of either group.
"""

import math
from collections.abc import Callable, Iterable

from nstbench.claims.evidence import Evidence
from nstbench.claims.sample import LOG_RATIO, Compared, Sample, compared
from nstbench.claims.statistics.base import CONTENT_METRIC, STYLE_METRIC, Statistic, Sweeps
from nstbench.claims.statistics.sweeping import Point, distances, points, references

# Smaller distances count as this one, or a copied content would have an infinite volume.
LEAST = 1e-4
# Square decades.
LEAST_VOLUME = 1e-2


class HypervolumeParameters(Sweeps):
    """Two groups of arms, of equal numbers of arms if the comparison is to be fair."""

    content: str = CONTENT_METRIC
    style: str = STYLE_METRIC

    @property
    def metrics_read(self) -> tuple[str, ...]:
        return self.content, self.style


def sample(parameters: HypervolumeParameters, evidence: Evidence) -> Sample:
    return groups_compared(parameters, evidence, volumes_compared)


def groups_compared(
    parameters: HypervolumeParameters,
    evidence: Evidence,
    compare: Callable[[list[Point], list[Point], Point], Compared],
) -> Sample:
    """What `compare` makes of the pictures of both groups and of the reference, pair by pair."""
    metrics, arms = parameters.metrics_read, (*parameters.a, *parameters.b)
    count = len(parameters.a)

    def compare_values(values: tuple[float, ...]) -> Compared:
        reference, *found = points(values)
        return compare(found[:count], found[count:], reference)

    series = [
        *references(evidence, parameters.experiment, parameters.a[0], metrics),
        *distances(evidence, parameters.experiment, arms, metrics),
    ]
    return compared(series, compare_values, LOG_RATIO)


def volumes_compared(a: list[Point], b: list[Point], reference: Point) -> Compared:
    """The volumes of both groups and the logarithm of their ratio; NaN where both are too small."""
    one, other = volume(a, reference), volume(b, reference)
    if max(one, other) < LEAST_VOLUME:
        return one, other, math.nan
    return one, other, math.log(max(one, LEAST_VOLUME) / max(other, LEAST_VOLUME))


def volume(pictures: Iterable[Point], reference: Point) -> float:
    """The area that pictures (C, S), lower being better, dominate below `reference`, in decades squared."""
    far, high = (math.log10(max(side, LEAST)) for side in reference)
    inside = sorted(
        (x, y) for x, y in ((_decades(c), _decades(s)) for c, s in pictures) if x < far and y < high
    )
    area = 0.0
    for x, y in inside:
        if y < high:
            area += (far - x) * (high - y)
            high = y
    return area


def _decades(distance: float) -> float:
    return math.log10(max(distance, LEAST))


STATISTIC = Statistic("hypervolume", HypervolumeParameters, sample)
