"""Execute a notebook on the results: `job(project, name)` writes results/notebooks/executed/<name>.ipynb."""

from pathlib import Path

import nbformat
from nbclient import NotebookClient

from nstbench.core.files import write_text
from nstbench.pipeline.project import Project


def job(project: Project, name: str) -> None:
    source = project.root / "workflow" / "notebooks" / f"{name}.ipynb"
    notebook = nbformat.read(source, nbformat.NO_CONVERT)
    NotebookClient(notebook, timeout=None, kernel_name="python3").execute()
    write_text(Path("results") / "notebooks" / "executed" / f"{name}.ipynb", nbformat.writes(notebook))
