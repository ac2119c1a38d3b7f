"""An executed notebook as a page of the site."""

import re
from collections.abc import Iterable

from nbconvert import HTMLExporter
from nbformat import NotebookNode

from nstbench.report.site.templating import NAVIGATION, TEMPLATES

SECTION = "## "
# The corner of a table, which heads nothing.
EMPTY_HEADING = re.compile(r"<th([^>]*)>(?:\s|&nbsp;)*</th>")


def notebook_page(notebook: NotebookNode, name: str, names: Iterable[str]) -> str:
    """HTML: text and results, with the code of each cell folded away.

    Panels, loss curves and charts are those in reports/figures/, instead of the notebook's own copies.
    Above them are the pages of the report and the notebooks of all `names`, of which this is `name`; the
    contents come after the first cell.
    """
    exporter = HTMLExporter(
        template_name="basic",
        template_file=str(TEMPLATES / "notebook.html.j2"),
        exclude_input_prompt=True,
        exclude_output_prompt=True,
        exclude_anchor_links=True,
    )
    sections = {
        cell.id: cell.source.splitlines()[0].removeprefix(SECTION)
        for cell in notebook.cells
        if cell.cell_type == "markdown" and cell.source.startswith(SECTION)
    }
    notebooks = {f"{each}.html": each for each in names}
    shared = {"navigation": NAVIGATION, "notebooks": notebooks, "name": name, "sections": sections}
    html, _ = exporter.from_notebook_node(notebook, shared)
    # Links to the report lead there from results/notebooks/; this page lies in the report.
    html = str(html).replace('href="../../reports/', 'href="../')
    return EMPTY_HEADING.sub(r"<td\1></td>", html)
