"""How good a trade-off two groups of arms offer, where only one that is beaten altogether counts as worse.

    d = log(HV(a) / HV(b)) as `hypervolume` has it,

but 0, which says nothing, where b has the larger volume and yet some picture of a is dominated by none of b.
"""

from collections.abc import Sequence

from nstbench.claims.evidence import Evidence
from nstbench.claims.sample import Compared, Sample
from nstbench.claims.statistics.base import Statistic
from nstbench.claims.statistics.hypervolume import HypervolumeParameters, groups_compared, volumes_compared
from nstbench.claims.statistics.sweeping import Point


def sample(parameters: HypervolumeParameters, evidence: Evidence) -> Sample:
    return groups_compared(parameters, evidence, _compare)


def _compare(a: list[Point], b: list[Point], reference: Point) -> Compared:
    volumes = volumes_compared(a, b, reference)
    return (*volumes[:2], 0.0) if volumes[2] < 0 and not dominated(a, b) else volumes


def dominated(a: Sequence[Point], b: Sequence[Point]) -> bool:
    """Whether for every picture (C, S) of `a` one of `b` is as good in both or better."""
    return all(any(other[0] <= one[0] and other[1] <= one[1] for other in b) for one in a)


STATISTIC = Statistic("dominance", HypervolumeParameters, sample)
