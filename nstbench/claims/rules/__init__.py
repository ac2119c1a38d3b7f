"""How a verdict follows from a sample: one module per rule."""

from nstbench.claims.claim import RuleName
from nstbench.claims.rules import directional, equivalence, exact, existence
from nstbench.claims.rules.base import Rule

# By their names in the files of claims; `not-testable` needs none.
RULES: dict[RuleName, Rule] = {
    "directional": Rule(directional.measure, directional.judge),
    "equivalence": Rule(equivalence.measure, equivalence.judge),
    "existence": Rule(existence.measure, existence.judge),
    "exact": Rule(exact.measure, exact.judge),
}
