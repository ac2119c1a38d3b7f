"""Which of the contradicting documents is right, as far as verdicts say."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from nstbench.claims.assessment import Assessment
from nstbench.claims.register import Contradiction, Position
from nstbench.claims.rules.base import Verdict

HOLDS, FAILS, OPEN = "holds", "fails", "open"


@dataclass(frozen=True)
class Outcome:
    """`outcome` is the position that stands, `both` or `neither`, the one that does not, or `undecided`."""

    contradiction: Contradiction
    outcome: str
    reason: str


def decide(contradiction: Contradiction, assessments: Mapping[str, Assessment]) -> Outcome:
    """A position stands when one of its claims is supported and none contradicted; it fails with any of them.

    That others fail does not make a position stand: it may be wrong as well.
    """
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
    failed = [number for number, state in enumerate(states, 1) if state == FAILS]
    if len(failed) == len(states):
        return "neither"
    return f"not position {_listed(failed)}" if failed else "undecided"


def _listed(numbers: Iterable[int]) -> str:
    return " and ".join(map(str, numbers))
