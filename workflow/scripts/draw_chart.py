from pathlib import Path

import torch

from nstbench.experiments.project import Project
from nstbench.joblog import job_log
from nstbench.reporting.chart import write_chart

with job_log(snakemake.log[0]):
    torch.set_num_threads(snakemake.threads)
    project = Project.load(**snakemake.params.plan)
    chart = project.charts[snakemake.wildcards.chart]
    write_chart(
        chart,
        project.plans.get(chart.experiment, []),
        project.profile,
        project.manifest,
        results=Path("results"),
        reports=Path("reports"),
    )
