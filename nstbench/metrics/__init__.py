"""The metrics: a module each, or one for a family of them, found by its METRICS."""

import sys
from functools import cache

from nstbench.core.registry import defined
from nstbench.metrics.base import SUBJECTS, Metric

# Of metrics about the style, tables show these first; all others follow by their modules' names.
FIRST = ("EVEN", "Sdev", "LEAK", "LEAK_vgg16", "SSIMs", "SSIMs32", "LOWs", "Cs_vgg16")


@cache
def metrics() -> dict[str, Metric]:
    """Find every metric.

    Returns
    -------
    dict of str to Metric
        By id, in the order in which tables show them: by subject.
    """
    families = defined(sys.modules[__name__], "METRICS")
    every = (metric for family in families for metric in family)
    return {metric.id: metric for metric in sorted(every, key=_place)}


def _place(metric: Metric) -> tuple[int, int]:
    first = FIRST.index(metric.id) if metric.id in FIRST else len(FIRST)
    return SUBJECTS.index(metric.subject), first


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
