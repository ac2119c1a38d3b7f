"""From the tests of a document to a verdict for each, with p values corrected for their number."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from nstbench.claims.claim import ClaimTest
from nstbench.claims.evidence import Evidence
from nstbench.claims.records import Verdict
from nstbench.claims.rules import RULES
from nstbench.claims.rules.base import Correction, Measured
from nstbench.claims.sample import NoEvidenceError, Sample
from nstbench.claims.significance import holm
from nstbench.claims.statistics import find_statistic
from nstbench.core.number_format import counted

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
    ps = {key: each.p for key, each in measured.items() if each.p is not None}
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
        else:
            verdict, reason = RULES[test.rule].judge(test, sample, found, correction)
            judged[key] = Judgement(test, verdict, reason, sample, found, correction)
    return judged
