"""The metrics: one module each, found by its METRIC."""

import sys
from functools import cache

from nstbench.metrics.base import Metric
from nstbench.plugins import members


@cache
def metrics() -> dict[str, Metric]:
    """Every metric by id."""
    return members(sys.modules[__name__], "METRIC")
