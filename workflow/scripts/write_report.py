"""The site: an overview, a page a figure, and pages of claims, methods and provenance.

Input: everything that the pipeline has made. Output: reports/*.html with their tiles and tables.
"""

import subprocess
from pathlib import Path

from nstbench.charts.chart import load_charts
from nstbench.core.job_logging import job_log
from nstbench.pipeline.project import Project
from nstbench.report.site.write import write_site


def commit(folder: str) -> str:
    """The checkout's commit, `-dirty` when it has changes; `unknown` outside of git."""
    command = ["git", "-C", folder, "describe", "--always", "--dirty", "--exclude=*"]
    described = subprocess.run(command, capture_output=True, text=True)
    return described.stdout.strip() or "unknown"


with job_log(snakemake.log[0]):
    project = Project.load(**snakemake.params.plan)
    write_site(
        list(project.experiments.values()),
        list(load_charts(project).values()),
        project.planned,
        project.profile,
        project.manifest,
        results=Path("results"),
        reports=Path("reports"),
        commit=commit(snakemake.params.plan["root"]),
    )
