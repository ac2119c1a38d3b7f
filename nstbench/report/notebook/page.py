"""An executed notebook as a page that needs no network."""

from nbconvert import HTMLExporter
from nbformat import NotebookNode

from nstbench.report.site.templating import TEMPLATES


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
