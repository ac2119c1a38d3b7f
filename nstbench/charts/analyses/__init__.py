"""The analyses behind charts: one module each, found by its ANALYSIS.

Planning a pipeline imports every analysis, so an analysis imports torch and matplotlib inside its functions.
"""

import sys
from functools import cache

from nstbench.charts.analyses.base import Analysis
from nstbench.core.errors import InputError
from nstbench.core.registry import defined


@cache
def analyses() -> dict[str, Analysis]:
    """Every analysis by id."""
    return {analysis.id: analysis for analysis in defined(sys.modules[__name__], "ANALYSIS")}


def analysis(id: str) -> Analysis:
    """The analysis of that id; InputError on an unknown one."""
    if id not in analyses():
        raise InputError(f"unknown analysis {id!r}; allowed: {', '.join(analyses())}")
    return analyses()[id]
