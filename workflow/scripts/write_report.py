"""The site: an overview, a page a figure, and pages of claims, methods and provenance.

Input: everything that the pipeline has made. Output: reports/*.html with their tiles and tables.
"""

import subprocess
from pathlib import Path

from nstbench.charts.chart import load_charts
from nstbench.pipeline.project import Project
from nstbench.report.site.unfinished import write_unfinished
from nstbench.report.site.write import write_site


def commit(folder: Path) -> str:
    """The checkout's commit, `-dirty` when it has changes; `unknown` outside of git."""
    command = ["git", "-C", str(folder), "describe", "--always", "--dirty", "--exclude=*"]
    described = subprocess.run(command, capture_output=True, text=True)
    return described.stdout.strip() or "unknown"


def job(project: Project) -> None:
    experiments, charts = list(project.experiments.values()), list(load_charts(project).values())
    # Snakemake has removed the page that people look at.
    write_unfinished([*experiments, *charts], project.profile, Path("results"), Path("reports"))
    write_site(
        experiments,
        charts,
        project.planned,
        project.profile,
        project.manifest,
        results=Path("results"),
        reports=Path("reports"),
        commit=commit(project.root),
    )
