"""How far the colours of two pictures are apart, place by place.

d = e(A, B) - e(control, B), where e is the mean over pixels of CIEDE2000 (Luo, Cui and Rigg 2001): 1 is about
what an eye can see. The control says how far a change that does not matter takes a descent; without one, d is
e(A, B).
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
    """The results of the arms `a` and `b`; `b` may be `content copied`, the content of the runs of `a`.

    `control` is an arm that differs from `b` by nothing that matters.
    """

    experiment: str
    a: str
    b: str
    control: str | None = None

    @property
    def arms_read(self) -> Mapping[str, tuple[str, ...]]:
        arms = self.a, self.b, self.control
        return {self.experiment: tuple(arm for arm in arms if arm and arm != COPIED)}


def sample(parameters: ColourDifferenceParameters, evidence: Evidence) -> Sample:
    experiment, a, b = parameters.experiment, parameters.a, parameters.b
    first = evidence.results_of(experiment, a)
    second = evidence.contents_of(experiment, a) if b == COPIED else evidence.results_of(experiment, b)
    control = [evidence.results_of(experiment, parameters.control)] if parameters.control else []
    return compared([first, second, *control], _compare, UNIT)


def _compare(pictures: "tuple[Picture, ...]") -> Compared:
    """The difference beside that of the control, or of a picture from itself, which is none."""
    from nstbench.metrics.pixels import mean_colour_difference

    first, second, *control = pictures
    difference = mean_colour_difference(first, second)
    unchanged = mean_colour_difference(control[0], second) if control else 0.0
    return difference, unchanged, difference - unchanged


STATISTIC = Statistic("colour_difference", ColourDifferenceParameters, sample)
