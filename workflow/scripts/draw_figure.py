from pathlib import Path

from nstbench.experiments.project import Project
from nstbench.joblog import job_log
from nstbench.reporting.figure import write_figure

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
