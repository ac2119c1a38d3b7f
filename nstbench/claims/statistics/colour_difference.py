"""How far the colours of two pictures are apart, place by place.

d = mean over pixels of CIEDE2000 (Luo, Cui and Rigg 2001): 1 is about what an eye can see
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from nstbench.claims.evidence import Evidence
from nstbench.claims.sample import Compared, Sample, compared
from nstbench.claims.statistics.base import Statistic, StatisticParameters

if TYPE_CHECKING:
    from nstbench.claims.evidence import Picture

COPIED = "content copied"
UNIT = "CIEDE2000"


class ColourDifferenceParameters(StatisticParameters):
    """The results of the arms `a` and `b`; `b` may be `content copied`, the content of the runs of `a`."""

    experiment: str
    a: str
    b: str

    @property
    def arms_read(self) -> Mapping[str, tuple[str, ...]]:
        return {self.experiment: tuple(arm for arm in (self.a, self.b) if arm != COPIED)}


def sample(parameters: ColourDifferenceParameters, evidence: Evidence) -> Sample:
    experiment, a, b = parameters.experiment, parameters.a, parameters.b
    first = evidence.results_of(experiment, a)
    second = evidence.contents_of(experiment, a) if b == COPIED else evidence.results_of(experiment, b)
    return compared([first, second], _compare, UNIT)


def _compare(pictures: "tuple[Picture, ...]") -> Compared:
    """The difference beside that of a picture from itself, which is none."""
    from nstbench.metrics.pixels import mean_colour_difference

    difference = mean_colour_difference(*pictures)
    return difference, 0.0, difference


STATISTIC = Statistic("colour_difference", ColourDifferenceParameters, sample)
