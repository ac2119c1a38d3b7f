"""One figure: the panel of an experiment with its loss curves.

Input: finished runs and pictures. Output: the panel (PNG, pixels as the runs have them), loss curves (SVG), a
thumbnail, and what every tile was made with (JSON).
"""

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
