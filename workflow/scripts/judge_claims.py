"""The verdict on every claim of the documents.

Input: results/scores.csv, the tables of charts and the folders of finished runs. Output: results/claims.json
and .csv, and a page in Markdown.
"""

from pathlib import Path

from nstbench.claims.markdown import page
from nstbench.claims.records import as_json, as_table
from nstbench.claims.verdicts import judge_claims
from nstbench.core.files import write_text
from nstbench.pipeline.project import Project


def job(project: Project) -> None:
    verdicts = judge_claims(project, Path("results"))
    write_text(Path("results") / "claims.json", as_json(verdicts))
    write_text(Path("results") / "claims.csv", as_table(verdicts).to_csv(index=False))
    write_text(Path("reports") / "verdicts.md", page(verdicts, project))
