"""The metrics: a module each, or one for a family of them, found by its METRICS."""

import sys
from functools import cache

from nstbench.metrics.base import Metric
from nstbench.plugins import defined


@cache
def metrics() -> dict[str, Metric]:
    """Every metric by id."""
    families = defined(sys.modules[__name__], "METRICS")
    return {metric.id: metric for family in families for metric in family}
