"""Which of the contradicting documents is right, as far as verdicts say."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from nstbench.claims.assessment import Assessment
from nstbench.claims.register import Contradiction, Position
from nstbench.claims.rules.base import Verdict

HOLDS, FAILS, OPEN = "holds", "fails", "open"


@dataclass(frozen=True)
class Outcome:
    """`outcome` is the position that stands, `both` or `neither`, or that nothing is decided."""

    contradiction: Contradiction
    outcome: str
    reason: str


def decide(contradiction: Contradiction, assessments: Mapping[str, Assessment]) -> Outcome:
    """A position stands when its claims are supported, or when it alone is not contradicted."""
    deciding = [assessments[id] for id in contradiction.decided_by]
    reason = "; ".join(f"{each.claim.id} is {each.verdict}" for each in deciding) + "."
    if all(each.verdict is Verdict.NOT_TESTABLE for each in deciding):
        return Outcome(contradiction, "not testable", reason)
    states = [_state(position, assessments) for position in contradiction.positions]
    return Outcome(contradiction, _outcome(states), reason)


def _state(position: Position, assessments: Mapping[str, Assessment]) -> str:
    verdicts = {assessments[id].verdict for id in position.claims}
    if Verdict.CONTRADICTED in verdicts:
        return FAILS
    return HOLDS if Verdict.SUPPORTED in verdicts else OPEN


def _outcome(states: list[str]) -> str:
    standing = [number for number, state in enumerate(states, 1) if state == HOLDS]
    if len(standing) > 1:
        return "both" if len(states) == 2 else f"positions {_listed(standing)}"
    if standing:
        return f"position {standing[0]}"
    left = [number for number, state in enumerate(states, 1) if state == OPEN]
    if not left:
        return "neither"
    return f"position {left[0]}" if len(left) == 1 else "undecided"


def _listed(numbers: Iterable[int]) -> str:
    return " and ".join(map(str, numbers))
