"""Which of the contradicting documents is right, as far as verdicts say."""

from collections.abc import Mapping, Sequence

from nstbench.claims.claim import Contradiction
from nstbench.claims.records import ContradictionOutcome, Verdict


def decide(contradiction: Contradiction, verdicts: Mapping[str, Verdict]) -> ContradictionOutcome:
    """The position that stands, `both` or `neither`, the one that does not, or `undecided`.

    A position stands when one of its claims is supported and none contradicted; it fails with any of them.
    That others fail does not make a position stand: it may be wrong as well.
    """
    deciding = {id: verdicts[id] for id in contradiction.decided_by}
    return ContradictionOutcome(
        topic=contradiction.topic,
        positions=contradiction.positions,
        decided_by=contradiction.decided_by,
        outcome=_outcome([{verdicts[id] for id in each.claims} for each in contradiction.positions])
        if any(verdict is not Verdict.NOT_TESTABLE for verdict in deciding.values())
        else "not testable",
        reason="; ".join(f"{id} is {verdict}" for id, verdict in deciding.items()) + ".",
    )


def _outcome(positions: Sequence[set[Verdict]]) -> str:
    failed = [number for number, found in enumerate(positions, 1) if Verdict.CONTRADICTED in found]
    standing = [
        number
        for number, found in enumerate(positions, 1)
        if Verdict.SUPPORTED in found and number not in failed
    ]
    if len(standing) > 1:
        return "both" if len(positions) == 2 else f"positions {' and '.join(map(str, standing))}"
    if standing:
        return f"position {standing[0]}"
    if len(failed) == len(positions):
        return "neither"
    return f"not position {' and '.join(map(str, failed))}" if failed else "undecided"
