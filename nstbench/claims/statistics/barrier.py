"""How high the loss rises on the straight lines between the results of several starts.

d = log of the lowest, over lines, of (highest loss on the line / higher loss of its ends)
"""

import math

from nstbench.charts.analyses.segment import barriers
from nstbench.claims.evidence import Evidence
from nstbench.claims.sample import LOG_RATIO, Sample, Value
from nstbench.claims.statistics.base import Statistic, StatisticParameters


class BarrierParameters(StatisticParameters):
    """A chart of the analysis `segment`."""

    chart: str

    @property
    def charts_read(self) -> tuple[str, ...]:
        return (self.chart,)


def sample(parameters: BarrierParameters, evidence: Evidence) -> Sample:
    heights = barriers(evidence.chart(parameters.chart)).rename("height").reset_index()
    lowest = heights.groupby(["content", "style"], sort=False, as_index=False)["height"].min()
    return Sample(
        LOG_RATIO,
        tuple(
            Value(content, style, height, 1.0, math.log(height))
            for content, style, height in lowest.itertuples(index=False)
        ),
    )


STATISTIC = Statistic("barrier", BarrierParameters, sample)
