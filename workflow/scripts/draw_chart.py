"""One chart: measured, drawn, and described.

Input: pictures, finished runs and learning curves, as the chart's file names them. Output: the measured table
(CSV), the drawing (SVG), a thumbnail, and how it was measured (JSON; seconds of wall time).
"""

from pathlib import Path

from nstbench.charts.chart import load_charts
from nstbench.charts.writing import write_chart
from nstbench.pipeline.plan import without_sweeps
from nstbench.pipeline.project import Project


def job(project: Project, id: str) -> None:
    chart = load_charts(project)[id]
    write_chart(
        chart,
        without_sweeps(project.plans.get(chart.experiment, [])),
        project.profile,
        project.manifest,
        results=Path("results"),
        reports=Path("reports"),
    )
