"""How far people and metrics agree on which results are better."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from nstbench.metrics import metrics
from nstbench.metrics.base import Metric
from nstbench.report.survey.intervals import rank_correlation
from nstbench.report.survey.mode import Mode
from nstbench.report.survey.records import Key
from nstbench.report.survey.results import Estimate


@dataclass(frozen=True)
class Agreement:
    """Spearman's correlation between people's preference and a metric, with its 95 % interval.

    It is positive where people prefer what the metric calls better. `count` is how many results (in a choice:
    how many pairs) have a value of both.
    """

    metric: Metric
    value: float
    low: float
    high: float
    count: int


def agreements(key: Key, estimates: Sequence[Estimate], scores: pd.DataFrame) -> list[Agreement]:
    """One for each metric that `scores` (results/scores.csv) has values of for the results shown.

    Mean ratings are held against the metric of the rated result, shares of choices against the metric of the
    first arm's result less that of the second's.
    """
    liking = {(each.arm, each.pair): each.value for each in estimates}
    first = [shown for shown in key.results.values() if key.mode is Mode.RATING or shown.arm == key.arms[0]]
    second = {shown.pair: shown.run for shown in key.results.values() if shown.arm == key.arms[-1]}
    runs = {shown.run for shown in key.results.values()}
    own = scores[(scores["experiment"] == key.experiment) & scores["run"].isin(runs)]
    by_run = own.pivot(index="run", columns="metric", values="value")
    table = by_run.reindex([shown.run for shown in first])
    if key.mode is Mode.CHOICE:
        table -= by_run.reindex([second[shown.pair] for shown in first]).to_numpy()
    table["liking"] = [liking[shown.arm, shown.pair] for shown in first]
    found = []
    for metric in metrics().values():
        if metric.id in by_run:
            known = table[["liking", metric.id]].dropna()
            sign = 1 if metric.better == "higher" else -1
            correlation = rank_correlation(known["liking"].to_numpy(), sign * known[metric.id].to_numpy())
            found.append(Agreement(metric, *correlation, len(known)))
    return found
