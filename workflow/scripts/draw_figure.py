"""Draw the panel of an experiment: `job(project, id)` writes it with its curves, record and thumbnail."""

from pathlib import Path

from nstbench.pipeline.project import Project
from nstbench.report.figures.files import write_figure


def job(project: Project, id: str) -> None:
    write_figure(
        project.experiments[id],
        project.plans[id],
        project.profile,
        project.manifest,
        results=Path("results"),
        reports=Path("reports"),
    )
