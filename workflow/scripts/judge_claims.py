from pathlib import Path

from nstbench.claims.markdown import page
from nstbench.claims.records import as_json, as_table
from nstbench.claims.report import report
from nstbench.core.files import write_text
from nstbench.core.job_logging import job_log
from nstbench.pipeline.project import Project

with job_log(snakemake.log[0]):
    project = Project.load(**snakemake.params.plan)
    found = report(project, Path("results"))
    write_text(Path(snakemake.output.verdicts), as_json(found.claims, found.contradictions))
    write_text(Path(snakemake.output.table), as_table(found.claims).to_csv(index=False))
    write_text(Path(snakemake.output.page), page(found, project.profile))
