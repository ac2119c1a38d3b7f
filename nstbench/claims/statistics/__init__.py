"""The statistics behind verdicts, in modules by what they compare.

arms: two arms, or groups of them, in one metric; trade_offs: groups of arms in content and style at once;
sweeps: one sweep of weights against a demand; ranks: rank correlations over arms; traces: how soon and how
far a loss falls; instances: how many pictures or rows meet conditions; tables: values that a chart has;
arithmetic: what needs no runs.
"""

from typing import Any

from nstbench.claims.statistics import arithmetic, arms, instances, ranks, sweeps, tables, traces, trade_offs
from nstbench.claims.statistics.base import STATISTICS, Statistic
from nstbench.core.errors import InputError, shortened

# The modules whose functions are entered by being imported.
MODULES = (arithmetic, arms, instances, ranks, sweeps, tables, traces, trade_offs)


def find_statistic(id: str) -> Statistic[Any]:
    """The statistic of that id; InputError on an unknown one."""
    if id not in STATISTICS:
        raise InputError(f"unknown statistic {shortened(id)}; allowed: {', '.join(sorted(STATISTICS))}")
    return STATISTICS[id]
