"""How near the best picture of a sweep comes to being good in content and in style at once.

    d = log min over arms of max(C / most content, S / (most style * S(content copied)))

It is negative where one picture is within both bounds.
"""

import math
from collections.abc import Sequence

from pydantic import Field

from nstbench.claims.evidence import Evidence
from nstbench.claims.sample import LOG_RATIO, Compared, Sample, Series, compared
from nstbench.claims.statistics.base import Statistic, Sweep
from nstbench.claims.statistics.sweeping import Point, distances, points


class ReachParameters(Sweep):
    """`most_content` is the largest C, `most_style` the largest S as a share of the content copied's."""

    most_content: float = Field(default=0.25, gt=0)
    most_style: float = Field(default=0.25, gt=0)

    def series(self, evidence: Evidence) -> list[Series[float]]:
        """The style distance of the content copied, then content and style distance of each arm in turns."""
        first = self.arms[0]
        return [
            evidence.control(self.experiment, first, "content copied", self.style),
            *distances(evidence, self.experiment, self.arms, self.metrics_read),
        ]

    def excesses(self, values: Sequence[float]) -> list[float]:
        """Of each arm, the larger of its distances relative to their bounds; 1 or less is within both."""
        scale, *rest = values
        return [self._excess(point, scale) for point in points(rest)]

    def _excess(self, point: Point, scale: float) -> float:
        content, style = point
        return max(content / self.most_content, style / (self.most_style * scale))


def sample(parameters: ReachParameters, evidence: Evidence) -> Sample:
    def compare(values: tuple[float, ...]) -> Compared:
        nearest = min(parameters.excesses(values))
        return nearest, 1.0, math.log(nearest) if nearest > 0 else math.nan

    return compared(parameters.series(evidence), compare, LOG_RATIO)


STATISTIC = Statistic("reaches_both", ReachParameters, sample)
