"""How many decades of weights give pictures that keep enough content and take on enough style.

d is the distance between the outermost weights that do (see `reaches_both`); a pair without any is dropped.
"""

import math

from nstbench.claims.evidence import Evidence
from nstbench.claims.sample import Compared, Sample, compared
from nstbench.claims.statistics.base import Statistic
from nstbench.claims.statistics.knee import DECADES
from nstbench.claims.statistics.reaches_both import ReachParameters


class RangeParameters(ReachParameters):
    """The `weights` of the arms, one each."""

    weights: tuple[float, ...]


def sample(parameters: RangeParameters, evidence: Evidence) -> Sample:
    def compare(values: tuple[float, ...]) -> Compared:
        excesses = zip(parameters.weights, parameters.excesses(values), strict=True)
        balanced = [weight for weight, excess in excesses if excess <= 1]
        if not balanced:
            return math.nan, math.nan, math.nan
        a, b = max(balanced), min(balanced)
        return a, b, math.log10(a / b)

    return compared(parameters.series(evidence), compare, DECADES)


STATISTIC = Statistic("balanced_range", RangeParameters, sample)
