"""An executed notebook made ready for readers: clean, and as a page that needs no network."""

import copy

from nbconvert import HTMLExporter
from nbformat import NotebookNode

from nstbench.report.site.templating import TEMPLATES

SNAKEMAKE_TAG = "snakemake-job-properties"


def cleaned(executed: NotebookNode) -> NotebookNode:
    """The notebook without the cell that Snakemake puts on top, code cells counted from 1."""
    notebook = copy.deepcopy(executed)
    notebook.cells = [cell for cell in notebook.cells if SNAKEMAKE_TAG not in cell.metadata.get("tags", [])]
    code_cells = (cell for cell in notebook.cells if cell.cell_type == "code")
    for count, cell in enumerate(code_cells, 1):
        cell.metadata.pop("execution", None)
        cell.execution_count = count
        for output in cell.outputs:
            if output.output_type == "execute_result":
                output.execution_count = count
    return notebook


def notebook_page(notebook: NotebookNode) -> str:
    """HTML in one file: text and results, with the code of each cell folded away."""
    exporter = HTMLExporter(
        template_name="basic",
        template_file=str(TEMPLATES / "notebook.html.j2"),
        exclude_input_prompt=True,
        exclude_output_prompt=True,
        exclude_anchor_links=True,
    )
    html, _ = exporter.from_notebook_node(notebook)
    return str(html)
