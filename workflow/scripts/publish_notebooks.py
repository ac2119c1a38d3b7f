"""Clean executed notebooks: `job(project, *names)` writes each as a notebook and as a page of the site."""

from pathlib import Path

import nbformat

from nstbench.core.files import write_text
from nstbench.pipeline.project import Project
from nstbench.report.notebook.page import cleaned, notebook_page


def job(project: Project, *names: str) -> None:
    folder = Path("results") / "notebooks"
    for name in names:
        executed = nbformat.read(folder / "executed" / f"{name}.ipynb", nbformat.NO_CONVERT)
        notebook = cleaned(executed)
        write_text(folder / f"{name}.ipynb", nbformat.writes(notebook))
        write_text(Path("reports") / "notebooks" / f"{name}.html", notebook_page(notebook))
