"""How good a trade-off of content and style two groups of arms offer.

The hypervolume of a group is the area, in decades, that its points (log10 C, log10 S) dominate up to the
reference: the content distance of the style handed back and the style distance of the content handed back.

    d = log(HV(a) / HV(b))

A group that dominates nothing has no ratio, and its pair is dropped.
"""

import math
from collections.abc import Iterable

from nstbench.claims.evidence import Evidence
from nstbench.claims.sample import LOG_RATIO, Compared, Sample, compared, log_ratio
from nstbench.claims.statistics.base import CONTENT_METRIC, STYLE_METRIC, Statistic, Sweeps
from nstbench.claims.statistics.sweeping import Point, distances, points, references

# Smaller distances count as this one, or a copied content would have an infinite volume.
LEAST = 1e-4


class HypervolumeParameters(Sweeps):
    """Two groups of arms, of equal numbers of arms if the comparison is to be fair."""

    content: str = CONTENT_METRIC
    style: str = STYLE_METRIC

    @property
    def metrics_read(self) -> tuple[str, ...]:
        return self.content, self.style


def sample(parameters: HypervolumeParameters, evidence: Evidence) -> Sample:
    metrics, arms = parameters.metrics_read, (*parameters.a, *parameters.b)
    count = len(parameters.a)

    def compare(values: tuple[float, ...]) -> Compared:
        reference, *found = points(values)
        a, b = volume(found[:count], reference), volume(found[count:], reference)
        return a, b, log_ratio(a, b)

    series = [
        *references(evidence, parameters.experiment, parameters.a[0], metrics),
        *distances(evidence, parameters.experiment, arms, metrics),
    ]
    return compared(series, compare, LOG_RATIO)


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
