"""How good a trade-off two groups of arms offer, where only one that is beaten altogether counts as worse.

    d = log(HV(a) / HV(b)) as `hypervolume` has it,

but 0, which says nothing, where b has the larger volume and yet some picture of a is dominated by none of b.
"""

from collections.abc import Sequence

from nstbench.claims.evidence import Evidence
from nstbench.claims.sample import LOG_RATIO, Compared, Sample, compared
from nstbench.claims.statistics.base import Statistic
from nstbench.claims.statistics.hypervolume import HypervolumeParameters, volume, volumes_compared
from nstbench.claims.statistics.sweeping import Point, distances, points, references


def sample(parameters: HypervolumeParameters, evidence: Evidence) -> Sample:
    metrics, arms = parameters.metrics_read, (*parameters.a, *parameters.b)
    count = len(parameters.a)

    def compare(values: tuple[float, ...]) -> Compared:
        reference, *found = points(values)
        a, b = found[:count], found[count:]
        volumes = volumes_compared(volume(a, reference), volume(b, reference))
        return (*volumes[:2], 0.0) if volumes[2] < 0 and not dominated(a, b) else volumes

    series = [
        *references(evidence, parameters.experiment, parameters.a[0], metrics),
        *distances(evidence, parameters.experiment, arms, metrics),
    ]
    return compared(series, compare, LOG_RATIO)


def dominated(a: Sequence[Point], b: Sequence[Point]) -> bool:
    """Whether for every picture (C, S) of `a` one of `b` is as good in both or better."""
    return all(any(other[0] <= one[0] and other[1] <= one[1] for other in b) for one in a)


STATISTIC = Statistic("dominance", HypervolumeParameters, sample)
