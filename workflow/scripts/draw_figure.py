from pathlib import Path

from nstbench.core.job_logging import job_log
from nstbench.pipeline.project import Project
from nstbench.report.figures.files import write_figure

with job_log(snakemake.log[0]):
    project = Project.load(**snakemake.params.plan)
    id = snakemake.wildcards.experiment
    write_figure(
        project.experiments[id],
        project.plans[id],
        project.profile,
        project.manifest,
        results=Path("results"),
        reports=Path("reports"),
    )
