"""What it costs in style to keep the content: the best style distance with and without that demand.

    d = log(min S over arms with C <= most content / min S over all arms)

A pair where no arm keeps so much content is dropped.
"""

import math

from pydantic import Field

from nstbench.claims.evidence import Evidence
from nstbench.claims.sample import LOG_RATIO, Compared, Sample, compared, log_ratio
from nstbench.claims.statistics.base import Statistic, Sweep
from nstbench.claims.statistics.sweeping import distances, points


class PriceParameters(Sweep):
    """`most_content` is the largest C."""

    most_content: float = Field(default=0.1, gt=0)


def sample(parameters: PriceParameters, evidence: Evidence) -> Sample:
    def compare(values: tuple[float, ...]) -> Compared:
        pictures = points(values)
        kept = [s for c, s in pictures if c <= parameters.most_content]
        if not kept:
            return math.nan, math.nan, math.nan
        a, b = min(kept), min(s for _, s in pictures)
        return a, b, log_ratio(a, b)

    return compared(
        distances(evidence, parameters.experiment, parameters.arms, parameters.metrics_read),
        compare,
        LOG_RATIO,
    )


STATISTIC = Statistic("price_of_content", PriceParameters, sample)
