"""How a verdict follows from a sample: one module per rule, found by its RULE."""

import sys
from functools import cache

from nstbench.claims.rules.base import Rule
from nstbench.core.registry import defined


@cache
def rules() -> dict[str, Rule]:
    """Every rule by its name in config/claims.yaml."""
    return {rule.id: rule for rule in defined(sys.modules[__name__], "RULE")}
