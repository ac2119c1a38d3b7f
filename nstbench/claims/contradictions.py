"""Which of the contradicting documents is right, as far as verdicts say."""

from collections.abc import Mapping

from nstbench.claims.claim import Contradiction
from nstbench.claims.records import ContradictionOutcome, Verdict


def decide(contradiction: Contradiction, verdicts: Mapping[str, Verdict]) -> ContradictionOutcome:
    """The position that stands, `both` or `neither`, the one that does not, or `undecided`.

    A position stands when one of its claims is supported and none contradicted; it fails with any of them.
    That others fail does not make a position stand: it may be wrong as well.
    """
    deciding = {id: verdicts[id] for id in contradiction.decided_by}
    found = [{verdicts[id] for id in position.claims} for position in contradiction.positions]
    failed = [number for number, of in enumerate(found, 1) if Verdict.CONTRADICTED in of]
    standing = [
        number
        for number, of in enumerate(found, 1)
        if Verdict.SUPPORTED in of and Verdict.CONTRADICTED not in of
    ]
    if all(verdict is Verdict.NOT_TESTABLE for verdict in deciding.values()):
        outcome = "not testable"
    elif len(standing) > 1:
        outcome = "both" if len(found) == 2 else f"positions {' and '.join(map(str, standing))}"
    elif standing:
        outcome = f"position {standing[0]}"
    elif len(failed) == len(found):
        outcome = "neither"
    else:
        outcome = f"not position {' and '.join(map(str, failed))}" if failed else "undecided"
    return ContradictionOutcome(
        topic=contradiction.topic,
        positions=contradiction.positions,
        decided_by=contradiction.decided_by,
        outcome=outcome,
        reason="; ".join(f"{id} is {verdict}" for id, verdict in deciding.items()) + ".",
    )
