"""The statistics behind verdicts: one module each, found by its STATISTIC."""

import sys
from functools import cache

from nstbench.claims.statistics.base import Statistic
from nstbench.core.errors import InputError
from nstbench.core.registry import defined


@cache
def statistics() -> dict[str, Statistic]:
    """Every statistic by id."""
    return {entry.id: entry for entry in defined(sys.modules[__name__], "STATISTIC")}


def statistic(id: str) -> Statistic:
    """The statistic of that id; InputError on an unknown one."""
    if id not in statistics():
        raise InputError(f"unknown statistic {id!r}; allowed: {', '.join(statistics())}")
    return statistics()[id]
