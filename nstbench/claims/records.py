"""results/claims.json and its table: verdicts as plain objects."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from nstbench.claims.assessment import Assessment
from nstbench.claims.claim import ClaimTest
from nstbench.claims.contradictions import Outcome
from nstbench.claims.judgement import Judgement
from nstbench.claims.register import Register
from nstbench.claims.rules.base import Verdict
from nstbench.claims.rules.scale import bound, floor

if TYPE_CHECKING:
    import pandas as pd

Row = dict[str, Any]
# What a test adds to the row of its claim.
TEST_COLUMNS = (
    "says",
    "claimed_side",
    "part_verdict",
    "part_reason",
    "n_pairs",
    "estimate",
    "interval",
    "confidence",
    "p",
    "p_corrected",
    "bound",
    "floor",
    "share",
    "unit",
    "arms",
    "values",
)
# results/claims.csv.
TABLE_COLUMNS = (
    "id",
    "document",
    "verdict",
    "surrogate",
    "rule",
    "n_pairs",
    "estimate",
    "low",
    "high",
    "unit",
    "p",
    "p_corrected",
    "floor",
    "line",
    "quote",
    "reason",
)


def claim_row(assessment: Assessment, register: Register) -> Row:
    """A claim with the numbers of its first test; `parts` are all its tests, where there are several."""
    claim, judgements = assessment.claim, assessment.judgements
    tests = [test.typed_parameters() for test in claim.tests]
    experiments = dict.fromkeys(id for parameters in tests for id in parameters.arms_read)
    charts = dict.fromkeys(id for parameters in tests for id in parameters.charts_read)
    first = test_row(judgements[0]) if judgements else _empty_row(claim.tests)
    return {
        "id": claim.id,
        "document": register.documents[claim.document],
        "quote": claim.quote,
        "line": claim.line,
        "rule": claim.rule,
        "verdict": str(assessment.verdict),
        "surrogate": assessment.surrogate,
        "reason": assessment.reason,
        **first,
        "experiments": list(experiments),
        "charts": list(charts),
        "see": list(claim.see),
        "note": claim.note,
        "parts": [test_row(judgement) for judgement in judgements] if len(judgements) > 1 else [],
    }


def test_row(judgement: Judgement) -> Row:
    """The numbers of one test; those that do not exist are null."""
    test, sample, measured = judgement.test, judgement.sample, judgement.measured
    sides = test.typed_parameters().sides
    limited = sample if sample and sample.values and test.rule in ("directional", "equivalence") else None
    return {
        "says": test.says,
        "claimed_side": test.side,
        "part_verdict": str(judgement.verdict),
        "part_reason": judgement.reason,
        "n_pairs": measured.count,
        "estimate": measured.estimate,
        "interval": list(measured.interval) if measured.interval else None,
        "confidence": measured.confidence,
        "p": measured.p,
        "p_corrected": judgement.correction.p if judgement.correction else None,
        "bound": bound(test, limited) if limited else None,
        "floor": floor(test, limited) if limited else None,
        "share": test.share,
        "unit": sample.unit if sample and sample.values else None,
        "arms": list(sides) if sides else None,
        "values": [asdict(value) for value in sample.values] if sample else [],
    }


def _empty_row(tests: Sequence[ClaimTest]) -> Row:
    """A claim without a measurement."""
    row = test_row(Judgement(tests[0], Verdict.NOT_RUN, "")) if tests else dict.fromkeys(TEST_COLUMNS)
    return row | {"part_verdict": None, "part_reason": None, "n_pairs": 0, "values": []}


def contradiction_row(outcome: Outcome) -> Row:
    contradiction = outcome.contradiction
    return {
        "topic": contradiction.topic,
        "positions": [position.model_dump(mode="json") for position in contradiction.positions],
        "decided_by": list(contradiction.decided_by),
        "outcome": outcome.outcome,
        "reason": outcome.reason,
    }


def as_json(claims: Sequence[Row], contradictions: Sequence[Row]) -> str:
    """results/claims.json."""
    content = {"claims": claims, "contradictions": contradictions}
    return json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False)


def as_table(claims: Sequence[Row]) -> "pd.DataFrame":
    """One row per claim, TABLE_COLUMNS; the interval's ends are `low` and `high`."""
    import pandas as pd

    ends = (dict(zip(("low", "high"), claim["interval"] or (None, None), strict=True)) for claim in claims)
    rows = [claim | interval for claim, interval in zip(claims, ends, strict=True)]
    return pd.DataFrame(rows, columns=TABLE_COLUMNS)
