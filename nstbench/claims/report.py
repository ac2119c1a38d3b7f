"""Every claim and every contradiction of a project, judged by the results in a folder."""

from dataclasses import dataclass
from pathlib import Path

from nstbench.claims.assessment import assess
from nstbench.claims.contradictions import decide
from nstbench.claims.evidence import Evidence
from nstbench.claims.records import Row, claim_row, contradiction_row
from nstbench.claims.register import load_register
from nstbench.pipeline.project import Project


@dataclass(frozen=True)
class Report:
    """Plain objects, in the order of config/claims.yaml."""

    claims: list[Row]
    contradictions: list[Row]


def report(project: Project, results: Path) -> Report:
    """InputError when config/claims.yaml is malformed or a table cannot be read."""
    register = load_register(project)
    assessments = assess(register.claims, Evidence(project, results))
    by_id = {assessment.claim.id: assessment for assessment in assessments}
    return Report(
        [claim_row(assessment, register) for assessment in assessments],
        [contradiction_row(decide(each, by_id)) for each in register.contradictions],
    )
