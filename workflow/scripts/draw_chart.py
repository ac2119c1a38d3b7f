"""One chart: measured, drawn, and described.

Input: pictures, finished runs and learning curves, as the chart's file names them. Output: the measured table
(CSV), the drawing (SVG), a thumbnail, and how it was measured (JSON; seconds of wall time).
"""

from pathlib import Path

import torch

from nstbench.charts.chart import load_charts
from nstbench.charts.writing import write_chart
from nstbench.core.job_logging import job_log
from nstbench.pipeline.project import Project

with job_log(snakemake.log[0]):
    torch.set_num_threads(snakemake.threads)
    project = Project.load(**snakemake.params.plan)
    chart = load_charts(project)[snakemake.wildcards.chart]
    write_chart(
        chart,
        project.plans.get(chart.experiment, []),
        project.profile,
        project.manifest,
        results=Path("results"),
        reports=Path("reports"),
    )
