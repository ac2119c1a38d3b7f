"""From claims and evidence to verdicts."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from nstbench.claims.claim import Claim, ClaimTest, Source
from nstbench.claims.contradictions import decide
from nstbench.claims.evidence import Evidence
from nstbench.claims.judgement import Judgement, judge
from nstbench.claims.records import ClaimVerdict, Finding, Verdict, Verdicts
from nstbench.claims.register import load_register
from nstbench.claims.rules.scale import bound, floor
from nstbench.claims.substitutes import substitutes
from nstbench.pipeline.project import Project


def judge_claims(project: Project, results: Path) -> Verdicts:
    """Every claim and every contradiction of a project, judged by the results in a folder.

    InputError when a file of claims is malformed or a table cannot be read.
    """
    return judge_by(Evidence(project, results))


def judge_by(evidence: Evidence) -> Verdicts:
    """Every claim and every contradiction, judged by this evidence; InputError like `judge_claims`."""
    project = evidence.project
    register = load_register(project)
    claims = []
    for document in register.documents:
        # Corrected for their number within the document, without those that cannot be tested.
        testable = {
            claim.id: claim.tests for claim in document.claims if _untestable(claim, evidence) is None
        }
        judged = judge(testable, evidence)
        claims += [
            _judge_claim(claim, document.title, judged.get(claim.id, []), evidence)
            for claim in document.claims
        ]
    verdicts = {claim.id: claim.verdict for claim in claims}
    outcomes = (decide(contradiction, verdicts) for contradiction in register.contradictions)
    return Verdicts(
        claims=tuple(claims),
        contradictions=tuple(outcomes),
        documents=tuple(
            Source.model_validate(document.model_dump(include=set(Source.model_fields)))
            for document in register.documents
        ),
        profile=project.profile.name,
    )


def _untestable(claim: Claim, evidence: Evidence) -> str | None:
    """Why a claim cannot be tested with these results."""
    weights = evidence.project.profile.weights
    if claim.about_weights and weights not in claim.about_weights:
        return (
            f"The claim is about weights trained on ImageNet; these results were made with {weights} weights."
        )
    return claim.reason


def _judge_claim(
    claim: Claim, document: str, judgements: Sequence[Judgement], evidence: Evidence
) -> ClaimVerdict:
    parameters = [test.typed_parameters() for test in claim.tests]
    if reason := _untestable(claim, evidence):
        verdict = Verdict.NOT_TESTABLE
    else:
        verdict = combined([judgement.verdict for judgement in judgements], complete=not claim.missing)
        reason = " ".join(_reasons(claim, verdict, judgements))
    surrogates = dict.fromkeys(
        phrase
        for judgement in judgements
        if judgement.sample
        for phrase in substitutes(judgement.test.typed_parameters(), evidence.project, evidence.charts)
    )
    findings = [_finding(judgement.test, judgement) for judgement in judgements]
    first = findings[0] if findings else _finding(claim.tests[0]) if claim.tests else Finding()
    return ClaimVerdict(
        id=claim.id,
        document=document,
        quote=claim.quote,
        passage=claim.passage,
        line=claim.line,
        topic=claim.topic,
        rule=claim.rule,
        verdict=verdict,
        surrogate=", ".join(surrogates) or None,
        reason=reason,
        caveat=evidence.project.profile.warning,
        **dict(first),
        experiments=tuple(dict.fromkeys(id for each in parameters for id in each.arms_read)),
        charts=tuple(dict.fromkeys(id for each in parameters for id in each.charts_read)),
        see=claim.see,
        same_as=claim.same_as,
        note=claim.note,
        parts=tuple(findings) if len(findings) > 1 else (),
    )


def combined(verdicts: Sequence[Verdict], complete: bool) -> Verdict:
    """The verdict of a claim all of whose tests must hold; not `complete` when something is not tested."""
    if Verdict.CONTRADICTED in verdicts:
        return Verdict.CONTRADICTED
    if all(verdict is Verdict.NOT_RUN for verdict in verdicts):
        return Verdict.NOT_RUN
    if complete and all(verdict is Verdict.SUPPORTED for verdict in verdicts):
        return Verdict.SUPPORTED
    return Verdict.INCONCLUSIVE


def _reasons(claim: Claim, verdict: Verdict, judgements: Sequence[Judgement]) -> Iterator[str]:
    """The first test that has the claim's verdict, how many others there are, and what was not tested."""
    if judgements:
        deciding = next((each for each in judgements if each.verdict is verdict), judgements[0])
        says = deciding.test.says
        yield f"{says[0].upper()}{says[1:]}: {deciding.reason}."
    if len(judgements) > 1:
        counts = Counter(judgement.verdict for judgement in judgements)
        yield f"Its {len(judgements)} tests: {', '.join(f'{n} {each}' for each, n in counts.items())}."
    for judgement in judgements:
        if judgement.verdict is Verdict.NOT_RUN and judgement is not deciding:
            yield f"Without evidence: {judgement.test.says} ({judgement.reason})."
    if claim.missing:
        yield f"Not tested: {claim.missing}" if claim.tests else f"What it would take: {claim.missing}"


def _finding(test: ClaimTest, judgement: Judgement | None = None) -> Finding:
    """The numbers of a test; without a judgement, what it would have measured."""
    claimed: dict[str, Any] = {
        "says": test.says,
        "claimed_side": test.side,
        "share": test.share,
        "because": test.because,
        "arms": test.typed_parameters().sides,
    }
    if judgement is None:
        return Finding(**claimed)
    sample, measured = judgement.sample, judgement.measured
    # Shares of instances and facts have no bound.
    limited = sample if sample and sample.values and test.rule in ("directional", "equivalence") else None
    return Finding(
        **claimed,
        part_verdict=judgement.verdict,
        part_reason=judgement.reason,
        n_pairs=measured.count,
        estimate=measured.estimate,
        interval=measured.interval,
        confidence=measured.confidence,
        p=measured.p,
        p_corrected=judgement.correction.p if judgement.correction else None,
        bound=bound(test, limited) if limited else None,
        floor=floor(test, limited) if limited else None,
        unit=sample.unit if sample and sample.values else None,
        values=sample.values if sample else (),
    )
