"""From claims and evidence to verdicts."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nstbench.claims.claim import Claim
from nstbench.claims.evidence import Evidence
from nstbench.claims.judgement import Judgement, judge
from nstbench.claims.rules.base import Verdict
from nstbench.claims.substitutes import substitutes


@dataclass(frozen=True)
class Assessment:
    """A claim with its verdict; `surrogate` is what stands in the place of the documents' means."""

    claim: Claim
    verdict: Verdict
    reason: str
    surrogate: str | None = None
    judgements: tuple[Judgement, ...] = ()


def assess(claims: Sequence[Claim], evidence: Evidence) -> list[Assessment]:
    """All claims, in their order."""
    judged: dict[tuple[str, int], Judgement] = {}
    for document in dict.fromkeys(claim.document for claim in claims):
        own = [claim for claim in claims if claim.document == document and not _untestable(claim, evidence)]
        tests = {(claim.id, place): test for claim in own for place, test in enumerate(claim.tests)}
        judged |= judge(tests, evidence)
    return [
        _assessment(claim, tuple(found for key, found in judged.items() if key[0] == claim.id), evidence)
        for claim in claims
    ]


def _untestable(claim: Claim, evidence: Evidence) -> str | None:
    """Why a claim cannot be tested with these results."""
    weights = evidence.project.profile.weights
    if claim.about_weights not in (None, weights):
        return (
            f"The claim is about weights trained on ImageNet; these results were made with {weights} weights."
        )
    return claim.reason


def _assessment(claim: Claim, judgements: tuple[Judgement, ...], evidence: Evidence) -> Assessment:
    if why := _untestable(claim, evidence):
        return Assessment(claim, Verdict.NOT_TESTABLE, why)
    verdict = combined([judgement.verdict for judgement in judgements], complete=not claim.missing)
    reason = " ".join(_sentences(claim, verdict, judgements))
    return Assessment(claim, verdict, reason, _surrogate(judgements, evidence), judgements)


def combined(verdicts: Sequence[Verdict], complete: bool) -> Verdict:
    """The verdict of a claim all of whose tests must hold; not `complete` when something is not tested."""
    if Verdict.CONTRADICTED in verdicts:
        return Verdict.CONTRADICTED
    if all(verdict is Verdict.NOT_RUN for verdict in verdicts):
        return Verdict.NOT_RUN
    if complete and all(verdict is Verdict.SUPPORTED for verdict in verdicts):
        return Verdict.SUPPORTED
    return Verdict.INCONCLUSIVE


def _surrogate(judgements: Sequence[Judgement], evidence: Evidence) -> str | None:
    measured = [judgement.test for judgement in judgements if judgement.sample]
    phrases = (substitutes(test.typed_parameters(), evidence.project, evidence.charts) for test in measured)
    return ", ".join(dict.fromkeys(phrase for each in phrases for phrase in each)) or None


def _sentences(claim: Claim, verdict: Verdict, judgements: Sequence[Judgement]) -> Iterator[str]:
    """The first test that has the claim's verdict, how many others there are, and what was not tested."""
    if judgements:
        deciding = next((each for each in judgements if each.verdict is verdict), judgements[0])
        says = deciding.test.says
        yield f"{says[0].upper()}{says[1:]}: {deciding.reason}."
    if len(judgements) > 1:
        counts = Counter(judgement.verdict for judgement in judgements)
        yield f"Its {len(judgements)} tests: {', '.join(f'{n} {each}' for each, n in counts.items())}."
    if claim.missing and verdict is not Verdict.CONTRADICTED:
        yield f"What it would take: {claim.missing}"
