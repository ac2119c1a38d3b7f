"""Pages from templates: Jinja with HTML escaped and no name that may be missing."""

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from nstbench.core.files import write_text
from nstbench.core.number_format import scientific
from nstbench.report.site.vega.evidence import evidence_drawing
from nstbench.report.verdicts.counts import SIGNS
from nstbench.report.verdicts.wording import finding_in_words, rule_in_words

TEMPLATES = Path(__file__).parent / "templates"
# What the bar at the top of every page leads to.
NAVIGATION = {
    "index.html": "Overview",
    "claims.html": "Claims",
    "explorer.html": "Explorer",
    "contradictions.html": "Contradictions",
    "methods.html": "Methods",
    "provenance.html": "Provenance",
}


def environment(*folders: Path) -> Environment:
    """Templates of `folders`, and after them those that every page shares."""
    return Environment(
        loader=FileSystemLoader([*folders, TEMPLATES]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def site_environment() -> Environment:
    """The environment of templates, with the filters that those of figures and claims use."""
    made = environment()
    made.filters |= {
        "scientific": scientific,
        "evidence_drawing": lambda finding: Markup(  # nosec B704  # Vega escapes its texts
            evidence_drawing(finding)
        ),
        "finding_in_words": finding_in_words,
        "rule_in_words": rule_in_words,
    }
    made.globals["signs"] = SIGNS
    return made


class Pages:
    """Writes pages below `reports`; every template may use what is `shared`."""

    def __init__(self, reports: Path, **shared: Any) -> None:
        self._reports = reports
        self._environment = site_environment()
        self._environment.globals |= {"navigation": NAVIGATION, **shared}

    def write(self, address: str, template: str | None = None, **content: Any) -> None:
        """Write the page at `address`; its template has the same name unless it is given."""
        page = self._environment.get_template(template or f"{address}.j2")
        root = "../" * address.count("/")
        write_text(self._reports / address, page.render(address=address, root=root, **content))
