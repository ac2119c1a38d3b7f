"""Measure and draw a chart: `job(project, id)` writes its table, its drawing and how it was measured."""

from pathlib import Path

from nstbench.charts.chart import load_charts
from nstbench.charts.writing import write_chart
from nstbench.pipeline.project import Project


def job(project: Project, id: str) -> None:
    chart = load_charts(project)[id]
    write_chart(
        chart,
        project.plans.get(chart.experiment, []),
        project.profile,
        project.manifest,
        results=Path("results"),
        reports=Path("reports"),
    )
