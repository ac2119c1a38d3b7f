"""Spearman's rank correlation of content and style distance over a sweep, one value per pair.

It is -1 where no picture of the sweep is better in both.
"""

from nstbench.claims.evidence import Evidence
from nstbench.claims.sample import RANK_CORRELATION, Compared, Sample, compared
from nstbench.claims.statistics.base import Statistic, Sweep
from nstbench.claims.statistics.sweeping import distances, points
from nstbench.core.rank_correlation import spearman


def sample(parameters: Sweep, evidence: Evidence) -> Sample:
    def compare(values: tuple[float, ...]) -> Compared:
        contents, styles = zip(*points(values), strict=True)
        return contents[0], contents[-1], spearman(contents, styles)

    return compared(
        distances(evidence, parameters.experiment, parameters.arms, parameters.metrics_read),
        compare,
        RANK_CORRELATION,
    )


STATISTIC = Statistic("trade_off", Sweep, sample)
