"""From the tests of a document to a verdict for each, with p values corrected for their number."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, product

from nstbench.claims.claim import ClaimTest
from nstbench.claims.evidence import Evidence
from nstbench.claims.records import Verdict
from nstbench.claims.rules import RULES
from nstbench.claims.rules.base import Correction, Measured
from nstbench.claims.rules.scale import bound
from nstbench.claims.sample import NoEvidenceError, Sample
from nstbench.claims.significance import corrected, level_among, p_of_claim
from nstbench.claims.statistics import find_statistic
from nstbench.claims.statistics.base import StatisticParameters
from nstbench.core.number_format import counted
from nstbench.metrics import metrics
from nstbench.networks.kinship import Origin, kinship

NOTHING = Measured(0)


@dataclass(frozen=True)
class Judgement:
    """A test with its verdict; without a sample where there was no evidence."""

    test: ClaimTest
    verdict: Verdict
    reason: str
    sample: Sample | None = None
    measured: Measured = NOTHING
    correction: Correction | None = None


@dataclass(frozen=True)
class _Part:
    """A test before it is judged: what it has measured, or why nothing of it counts."""

    test: ClaimTest
    sample: Sample | None = None
    measured: Measured = NOTHING
    obstacle: str | None = None

    @property
    def p(self) -> float | None:
        """The p that counts among those of the document."""
        return self.measured.p if self.obstacle is None else None

    @property
    def as_claimed(self) -> bool:
        """Whether the estimate lies on the claimed side of the bound."""
        assert self.sample is not None and self.measured.estimate is not None
        beyond = self.measured.estimate - bound(self.test, self.sample)
        return beyond > 0 if self.test.side == "greater" else beyond < 0


def judge(claims: Mapping[str, Sequence[ClaimTest]], evidence: Evidence) -> dict[str, list[Judgement]]:
    """The tests of the claims of one document, which are corrected together, by the claims' ids."""
    parts = {id: [_measured(test, evidence) for test in tests] for id, tests in claims.items()}
    with_p = {id: [part for part in own if part.p is not None] for id, own in parts.items()}
    ps = {
        id: p_of_claim([(part.p, part.as_claimed) for part in own if part.p is not None])
        for id, own in with_p.items()
        if own
    }
    judged: dict[str, list[Judgement]] = {}
    for id, own in parts.items():
        others = [p for other, p in ps.items() if other != id]
        judged[id] = [_judged(part, len(with_p[id]), others) for part in own]
    return judged


def _measured(test: ClaimTest, evidence: Evidence) -> _Part:
    try:
        sample = find_statistic(test.statistic).sample(test.typed_parameters(), evidence)
    except NoEvidenceError as error:
        return _Part(test, obstacle=str(error))
    if not sample.values and not sample.facts:
        return _Part(
            test, sample, obstacle=f"none of {counted(sample.dropped, sample.noun)} has values that compare"
        )
    kin = judged_by_kin(test.typed_parameters(), evidence)
    obstacle = f"{kin}, which may not carry a verdict" if kin else None
    return _Part(test, sample, RULES[test.rule].measure(test, sample), obstacle)


def _judged(part: _Part, parts: int, others: Sequence[float]) -> Judgement:
    """The verdict on one of the `parts` of a claim that have a p, beside the p of the `others`."""
    if part.sample is None or part.obstacle:
        verdict = Verdict.INCONCLUSIVE if part.sample else Verdict.NOT_RUN
        return Judgement(part.test, verdict, str(part.obstacle), part.sample, part.measured)
    correction = None
    if part.p is not None:
        times = 1 if part.as_claimed else parts
        own = min(1.0, times * part.p)
        correction = Correction(corrected(own, others), len(others) + 1, level_among(others) / times)
    verdict, reason = RULES[part.test.rule].judge(part.test, part.sample, part.measured, correction)
    return Judgement(part.test, verdict, reason, part.sample, part.measured, correction)


def judged_by_kin(parameters: StatisticParameters, evidence: Evidence) -> str | None:
    """Which judge of a test is kin to a network that its runs optimised, and how; None where no one is.

    Of a chart's table these are the metrics that the test names, and the runs that the chart is drawn from.
    """
    weights = evidence.project.profile.judges
    judges = {
        Origin(backbone, weights[backbone])
        for name in parameters.metrics_read
        if (backbone := metrics()[name].backbone) and backbone in weights
    }
    compared = (
        evidence.planned(experiment, arm) for experiment, arms in parameters.arms_read.items() for arm in arms
    )
    experiments = (evidence.charts[chart].experiment for chart in parameters.charts_read)
    drawn = (evidence.project.plans[experiment] for experiment in experiments if experiment)
    for judge, entry in product(judges, chain(*compared, *drawn)):
        optimised = evidence.optimised(entry.run)
        if optimised and (kin := kinship(judge, optimised)):
            return f"judged by {judge}, {kin}"
    return None
