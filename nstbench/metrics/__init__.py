"""The metrics: a module each, or one for a family of them, found by its METRICS."""

import sys
from functools import cache

from nstbench.core.registry import defined
from nstbench.metrics.base import SUBJECTS, Metric


@cache
def metrics() -> dict[str, Metric]:
    """Every metric by id, in the order of their subjects."""
    families = defined(sys.modules[__name__], "METRICS")
    every = (metric for family in families for metric in family)
    return {metric.id: metric for metric in sorted(every, key=lambda metric: SUBJECTS.index(metric.subject))}


def shown_metrics(truth: bool) -> tuple[Metric, ...]:
    """Those that a table shows: of the truth only where there is one."""
    return tuple(metric for metric in metrics().values() if truth or not metric.needs_truth)
