"""A notebook, executed on the results.

Input: workflow/notebooks/<name>.ipynb and what it shows. Output: the notebook with its results, and a page of
the site with its code folded away.
"""

from pathlib import Path

import nbformat

from nstbench.core.files import write_text
from nstbench.pipeline.project import Project
from nstbench.report.notebook.execution import execute
from nstbench.report.notebook.page import notebook_page


def job(project: Project, name: str) -> None:
    folder = project.root / "workflow" / "notebooks"
    notebook = nbformat.read(folder / f"{name}.ipynb", nbformat.NO_CONVERT)
    if project.profile.warning:
        caveat = nbformat.v4.new_markdown_cell(f"> **{project.profile.warning}**", id="caveat")
        notebook.cells.insert(1, caveat)
    execute(notebook)
    write_text(Path("results") / "notebooks" / f"{name}.ipynb", nbformat.writes(notebook))
    names = sorted(file.stem for file in folder.glob("*.ipynb"))
    write_text(Path("reports") / "notebooks" / f"{name}.html", notebook_page(notebook, name, names))
