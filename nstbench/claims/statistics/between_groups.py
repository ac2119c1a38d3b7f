"""How far two groups of two arms are apart, against how far the arms of a group are.

    d = log(|mean of group a - mean of group b| / mean of |difference within a group|),  all of log M

A pair where arms of neither group differ, or the groups do not, is dropped.
"""

import math

from pydantic import Field

from nstbench.claims.evidence import Evidence
from nstbench.claims.sample import LOG_RATIO, Compared, Sample, compared, log_ratio
from nstbench.claims.statistics.base import Statistic
from nstbench.claims.statistics.group_medians import GroupParameters


class TwosParameters(GroupParameters):
    """`metric` of the two arms of each group."""

    a: tuple[str, ...] = Field(min_length=2, max_length=2)
    b: tuple[str, ...] = Field(min_length=2, max_length=2)


def sample(parameters: TwosParameters, evidence: Evidence) -> Sample:
    arms = (*parameters.a, *parameters.b)
    series = [evidence.metric(parameters.experiment, arm, parameters.metric) for arm in arms]
    return compared(series, _compare, LOG_RATIO)


def _compare(values: tuple[float, ...]) -> Compared:
    """Distances between the groups and within them, as logarithms of ratios."""
    if min(values) <= 0:
        return math.nan, math.nan, math.nan
    one, two, three, four = map(math.log, values)
    between, within = abs(one + two - three - four) / 2, (abs(one - two) + abs(three - four)) / 2
    return between, within, log_ratio(between, within)


STATISTIC = Statistic("between_groups", TwosParameters, sample)
