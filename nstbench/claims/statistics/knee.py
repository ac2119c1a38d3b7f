"""Where the front of a sweep bends most, in decades from where a document says.

The knee is the arm furthest from the straight line between the ends of the curve (log C, log S), both scaled
to [0, 1] (Satopaa et al. 2011, "Finding a Kneedle in a Haystack").

    d = |log10(weight at the knee / weight claimed)|

A pair whose curve is nowhere a tenth of its extent from the line has no knee and is dropped. The ends are
never a knee, so by chance d is below a bound as often as weights between the ends are.
"""

import math

import numpy as np
from pydantic import Field, model_validator

from nstbench.claims.evidence import Evidence
from nstbench.claims.sample import Compared, Sample, compared
from nstbench.claims.statistics.base import Statistic, Sweep
from nstbench.claims.statistics.sweeping import Point, distances, points

DECADES = "decades"
# How far from the straight line a knee is at least, of the extent of the curve in each direction.
LEAST_BEND = 0.1


class KneeParameters(Sweep):
    """Arms in the order of their `weights`, and the weight that is `claimed`."""

    weights: tuple[float, ...] = Field(min_length=3)
    claimed: float = Field(gt=0)

    @model_validator(mode="after")
    def _a_weight_an_arm(self) -> "KneeParameters":
        if len(self.weights) != len(self.arms):
            raise ValueError(f"{len(self.weights)} weights for {len(self.arms)} arms")
        return self


def sample(parameters: KneeParameters, evidence: Evidence) -> Sample:
    def compare(values: tuple[float, ...]) -> Compared:
        place = knee(points(values))
        if place is None:
            return math.nan, math.nan, math.nan
        weight = parameters.weights[place]
        return weight, parameters.claimed, abs(math.log10(weight / parameters.claimed))

    return compared(
        distances(evidence, parameters.experiment, parameters.arms, parameters.metrics_read), compare, DECADES
    )


def knee(points: list[Point]) -> int | None:
    """The place of the knee among points (C, S) along a curve.

    None where the curve does not bend, or C or S does not change or is 0.
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


STATISTIC = Statistic("knee", KneeParameters, sample)
