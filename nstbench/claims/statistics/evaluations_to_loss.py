"""How many evaluations two groups of arms take to come near the least loss that any of them finds.

The quickest arm of each group counts. A group that does not arrive has taken at least all of its evaluations,
and that number is used.

    d = log(n(a) / n(b))
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pydantic import Field

from nstbench.claims.evidence import Evidence
from nstbench.claims.sample import LOG_RATIO, Compared, Sample, compared, log_ratio
from nstbench.claims.statistics.base import Statistic, Sweeps

if TYPE_CHECKING:
    import pandas as pd


class EvaluationsParameters(Sweeps):
    """An arm has arrived at `within` times the least loss."""

    within: float = Field(default=1.05, ge=1)


def sample(parameters: EvaluationsParameters, evidence: Evidence) -> Sample:
    count = len(parameters.a)

    def compare(traces: "tuple[pd.Series, ...]") -> Compared:
        goal = parameters.within * min(trace.iloc[-1] for trace in traces)
        a, b = (_quickest(group, goal) for group in (traces[:count], traces[count:]))
        return a, b, log_ratio(a, b)

    arms = (*parameters.a, *parameters.b)
    series = [evidence.least_losses(parameters.experiment, arm) for arm in arms]
    return compared(series, compare, LOG_RATIO)


def _quickest(traces: "Sequence[pd.Series]", goal: float) -> float:
    """The first evaluation with a loss of `goal` or less; without one, the longest trace's last."""
    arrived = [trace.index[trace <= goal] for trace in traces]
    first = [float(places[0]) for places in arrived if len(places)]
    return min(first) if first else max(float(trace.index[-1]) for trace in traces)


STATISTIC = Statistic("evaluations_to_loss", EvaluationsParameters, sample)
