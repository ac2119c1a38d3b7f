"""The verdict on every claim of the documents.

Input: results/scores.csv, the tables of charts and the folders of finished runs. Output: results/claims.json
and .csv, and a page in Markdown.
"""

from pathlib import Path

from nstbench.claims.markdown import page
from nstbench.claims.records import as_json, as_table
from nstbench.claims.verdicts import judge_claims
from nstbench.core.files import write_text
from nstbench.core.job_logging import job_log
from nstbench.pipeline.project import Project

with job_log(snakemake.log[0]):
    project = Project.load(**snakemake.params.plan)
    verdicts = judge_claims(project, Path("results"))
    write_text(Path(snakemake.output.verdicts), as_json(verdicts))
    write_text(Path(snakemake.output.table), as_table(verdicts).to_csv(index=False))
    write_text(Path(snakemake.output.page), page(verdicts, project.profile))
