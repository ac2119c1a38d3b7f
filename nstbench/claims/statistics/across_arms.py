"""Whether results go by what they were made from: Spearman's rank correlation over arms, one value per pair.

Of each arm, a metric of the result is set against another one of its style, or of its content.
"""

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from nstbench.claims.evidence import Evidence
from nstbench.claims.sample import RANK_CORRELATION, Compared, Sample, compared
from nstbench.claims.statistics.base import Statistic, StatisticParameters
from nstbench.claims.statistics.sweeping import points
from nstbench.core.rank_correlation import spearman


class AcrossParameters(StatisticParameters):
    """`metric` of the results of `arms`, and the metric `given` of what is `copied` in a control."""

    experiment: str
    arms: tuple[str, ...] = Field(min_length=3)
    metric: str
    given: str
    copied: Literal["content copied", "style copied"] = "style copied"

    @property
    def arms_read(self) -> Mapping[str, tuple[str, ...]]:
        return {self.experiment: self.arms}

    @property
    def metrics_read(self) -> tuple[str, ...]:
        return self.metric, self.given


def sample(parameters: AcrossParameters, evidence: Evidence) -> Sample:
    def compare(values: tuple[float, ...]) -> Compared:
        given, found = zip(*points(values), strict=True)
        return given[0], found[0], spearman(given, found)

    experiment, copied = parameters.experiment, parameters.copied
    series = [
        each
        for arm in parameters.arms
        for each in (
            evidence.control(experiment, arm, copied, parameters.given),
            evidence.metric(experiment, arm, parameters.metric),
        )
    ]
    return compared(series, compare, RANK_CORRELATION)


STATISTIC = Statistic("across_arms", AcrossParameters, sample)
