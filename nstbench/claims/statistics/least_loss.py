"""The least loss that two groups of arms find; the best arm of each group counts.

Losses compare only where the arms minimise the same objective.

    d = log(L(a) / L(b))
"""

from typing import TYPE_CHECKING

from nstbench.claims.evidence import Evidence
from nstbench.claims.sample import LOG_RATIO, Compared, Sample, compared, log_ratio
from nstbench.claims.statistics.base import Statistic, Sweeps

if TYPE_CHECKING:
    import pandas as pd


def sample(parameters: Sweeps, evidence: Evidence) -> Sample:
    count = len(parameters.a)

    def compare(traces: "tuple[pd.Series, ...]") -> Compared:
        least = [float(trace.iloc[-1]) for trace in traces]
        a, b = min(least[:count]), min(least[count:])
        return a, b, log_ratio(a, b)

    arms = (*parameters.a, *parameters.b)
    series = [evidence.least_losses(parameters.experiment, arm) for arm in arms]
    return compared(series, compare, LOG_RATIO)


STATISTIC = Statistic("least_loss", Sweeps, sample)
