"""Content distance at equal style distance, read off two sweeps of weights.

log C is interpolated linearly over log S; both are read at the median of the log S that lie in the range that
the sweeps share. A pair whose ranges do not meet is dropped.

    d = log(C(a) / C(b))
"""

import math
from statistics import median

import numpy as np

from nstbench.claims.evidence import Evidence
from nstbench.claims.sample import LOG_RATIO, Compared, Sample, compared
from nstbench.claims.statistics.base import Statistic
from nstbench.claims.statistics.hypervolume import HypervolumeParameters
from nstbench.claims.statistics.sweeping import Point, distances, points


def sample(parameters: HypervolumeParameters, evidence: Evidence) -> Sample:
    arms, count = (*parameters.a, *parameters.b), len(parameters.a)

    def compare(values: tuple[float, ...]) -> Compared:
        found = points(values)
        return at_equal_style(found[:count], found[count:])

    series = distances(evidence, parameters.experiment, arms, parameters.metrics_read)
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


STATISTIC = Statistic("matched_style", HypervolumeParameters, sample)
