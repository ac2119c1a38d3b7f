"""The metrics: a module each, or one for a family of them, found by its METRICS."""

import sys
from functools import cache

from nstbench.core.registry import defined
from nstbench.metrics.base import SUBJECTS, Metric

# Of metrics about the style, tables show these first; all others follow by their modules' names.
FIRST = ("EVEN", "Sdev", "LABELs", "LEAK", "LEAK_lite", "SSIMs", "SSIMs32", "LOWs", "Cs_lite")


@cache
def metrics() -> dict[str, Metric]:
    """Find every metric.

    Returns
    -------
    dict of str to Metric
        By id, in the order in which tables show them: by subject.
    """
    families = defined(sys.modules[__name__], "METRICS")
    # Sorting is stable: behind those of FIRST, metrics of a subject keep the order of their modules.
    ranks = {id: rank for rank, id in enumerate(FIRST)}
    every = sorted(
        (metric for family in families for metric in family),
        key=lambda metric: (SUBJECTS.index(metric.subject), ranks.get(metric.id, len(FIRST))),
    )
    return {metric.id: metric for metric in every}


def shown_metrics(truth: bool) -> tuple[Metric, ...]:
    """Choose the metrics of a table.

    Parameters
    ----------
    truth : bool
        Whether the truth is known for some run in the table.

    Returns
    -------
    tuple of Metric
        All of them, or without a truth those that need none.
    """
    return tuple(metric for metric in metrics().values() if truth or not metric.needs_truth)
