"""How far a picture lies below the curve of a sweep in a plane of two metrics, both better when lower.

log y is interpolated linearly over log x between the arms of the sweep. Beyond its ends the curve goes on
level: on the left lower than it would, on the right at what an arm of the sweep reaches that is better in x.

    d = log(y of the arm / y of the curve at the arm's x)
"""

import math
from collections.abc import Mapping, Sequence

import numpy as np
from pydantic import Field

from nstbench.claims.evidence import Evidence
from nstbench.claims.sample import LOG_RATIO, Compared, Sample, compared
from nstbench.claims.statistics.base import Statistic, StatisticParameters
from nstbench.claims.statistics.sweeping import Point, distances


class CurveParameters(StatisticParameters):
    """The `arm`, the arms of the `sweep`, the metric `x`, and the metrics `y`, which are added."""

    experiment: str
    arm: str
    sweep: tuple[str, ...] = Field(min_length=2)
    x: str
    y: tuple[str, ...] = Field(min_length=1)

    @property
    def arms_read(self) -> Mapping[str, tuple[str, ...]]:
        return {self.experiment: (self.arm, *self.sweep)}

    @property
    def metrics_read(self) -> tuple[str, ...]:
        return self.x, *self.y

    @property
    def sides(self) -> tuple[str, str]:
        return self.arm, ", ".join(self.sweep)


def sample(parameters: CurveParameters, evidence: Evidence) -> Sample:
    metrics, count = parameters.metrics_read, len(parameters.metrics_read)

    def compare(values: tuple[float, ...]) -> Compared:
        point, *curve = (
            (values[first], sum(values[first + 1 : first + count])) for first in range(0, len(values), count)
        )
        return beside_curve(point, curve)

    arms = (parameters.arm, *parameters.sweep)
    return compared(distances(evidence, parameters.experiment, arms, metrics), compare, LOG_RATIO)


def beside_curve(point: Point, curve: Sequence[Point]) -> Compared:
    """y of the point, y of the curve at its x, and the logarithm of their ratio; NaN where something is 0."""
    if min(min(each) for each in (point, *curve)) <= 0:
        return math.nan, math.nan, math.nan
    logs = np.log(sorted(curve))
    x, y = np.log(point)
    level = float(np.interp(x, logs[:, 0], logs[:, 1]))
    return point[1], math.exp(level), float(y) - level


STATISTIC = Statistic("below_curve", CurveParameters, sample)
