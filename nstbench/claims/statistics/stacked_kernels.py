"""Weights and receptive field of stacked 3 x 3 convolutions beside one of 5 x 5 and one of 7 x 7, per C^2."""

from nstbench.claims.evidence import Evidence
from nstbench.claims.sample import Fact, Sample
from nstbench.claims.statistics.base import NoParameters, Statistic


def sample(parameters: NoParameters, evidence: Evidence) -> Sample:
    return Sample("", facts=tuple(fact for count in (2, 3) for fact in _facts(count)))


def _facts(count: int) -> tuple[Fact, Fact]:
    """Of `count` layers: each widens the field by 2."""
    side = 1 + 2 * count
    stacked, single = count * 3**2, side**2
    return (
        Fact(f"{count} layers of 3 x 3 see {side} x {side} pixels", _receptive_field([3] * count) == side),
        Fact(f"they have {stacked} weights where one layer has {single}", stacked < single),
    )


def _receptive_field(kernels: list[int]) -> int:
    """Side in pixels, at stride 1."""
    return 1 + sum(kernel - 1 for kernel in kernels)


STATISTIC = Statistic("stacked_kernels", NoParameters, sample)
