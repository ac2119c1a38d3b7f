"""From the tests of a document to a verdict for each, with p values corrected for their number."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from itertools import product
from typing import TypeVar

from nstbench.claims.claim import ClaimTest
from nstbench.claims.evidence import Evidence
from nstbench.claims.records import Verdict
from nstbench.claims.rules import RULES
from nstbench.claims.rules.base import Correction, Measured
from nstbench.claims.sample import NoEvidenceError, Sample
from nstbench.claims.significance import holm
from nstbench.claims.statistics import find_statistic
from nstbench.claims.statistics.base import StatisticParameters
from nstbench.core.number_format import counted
from nstbench.metrics import metrics
from nstbench.networks.kinship import Origin, kinship

Key = TypeVar("Key", bound=Hashable)
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


def judge(tests: Mapping[Key, ClaimTest], evidence: Evidence) -> dict[Key, Judgement]:
    """The tests of one document, which are corrected together."""
    samples: dict[Key, Sample | str] = {}
    kin = {key: judged_by_kin(test.typed_parameters(), evidence) for key, test in tests.items()}
    for key, test in tests.items():
        try:
            samples[key] = find_statistic(test.statistic).sample(test.typed_parameters(), evidence)
        except NoEvidenceError as error:
            samples[key] = str(error)
    measured = {
        key: RULES[tests[key].rule].measure(tests[key], sample)
        for key, sample in samples.items()
        if isinstance(sample, Sample) and (sample.values or sample.facts)
    }
    ps = {key: each.p for key, each in measured.items() if each.p is not None and kin[key] is None}
    corrected = zip(ps, holm(list(ps.values())), strict=True)
    corrections = {key: Correction(p, len(ps)) for key, p in corrected}
    judged = {}
    for key, test in tests.items():
        sample, found, correction = samples[key], measured.get(key), corrections.get(key)
        if isinstance(sample, str):
            judged[key] = Judgement(test, Verdict.NOT_RUN, sample)
        elif found is None:
            why = f"none of {counted(sample.dropped, sample.noun)} has values that compare"
            judged[key] = Judgement(test, Verdict.INCONCLUSIVE, why, sample)
        elif kin[key]:
            why = f"{kin[key]}, which may not carry a verdict"
            judged[key] = Judgement(test, Verdict.INCONCLUSIVE, why, sample, found)
        else:
            verdict, reason = RULES[test.rule].judge(test, sample, found, correction)
            judged[key] = Judgement(test, verdict, reason, sample, found, correction)
    return judged


def judged_by_kin(parameters: StatisticParameters, evidence: Evidence) -> str | None:
    """Which judge of a test is kin to a network that its runs optimised, and how; None where no one is."""
    weights = evidence.project.profile.judges
    judges = {
        Origin(backbone, weights[backbone])
        for name in parameters.metrics_read
        if (backbone := metrics()[name].backbone) and backbone in weights
    }
    for experiment, arms in parameters.arms_read.items():
        for arm in arms:
            for judge, entry in product(judges, evidence.planned(experiment, arm)):
                optimised = evidence.optimised(entry.run)
                if optimised and (kin := kinship(judge, optimised)):
                    return f"judged by {judge}, {kin}"
    return None
