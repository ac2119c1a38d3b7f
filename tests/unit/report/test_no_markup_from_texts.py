"""No text of a file reaches a page as markup: experiments, pictures, claims, topics, formulas, notebooks."""

import json
from html.parser import HTMLParser

import pandas as pd
import pytest
import report_tree
from report_tree import CLAIMS, MANIFEST, Tree, experiment

from nstbench.claims.records import Finding
from nstbench.images.manifest import Manifest
from nstbench.report.notebook.claims import Claims
from nstbench.report.notebook.document import Document
from nstbench.report.notebook.tables import shaded
from nstbench.report.site.vega.evidence import evidence_drawing

EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"


class Elements(HTMLParser):
    """The scripts of a page, and the elements with a handler."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.scripts: list[str] = []
        self.handlers: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.inside = tag
        self.handlers += [f"{tag} {name}" for name, _ in attributes if name.startswith("on")]

    def handle_data(self, data: str) -> None:
        if getattr(self, "inside", None) == "script":
            self.scripts.append(data)
            self.inside = ""


def check(html: str) -> None:
    found = Elements(html)
    assert found.handlers == []
    assert not any(script.startswith("alert(") for script in found.scripts)
    assert "alert" in html  # The text is there, and does nothing.


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    with pytest.MonkeyPatch.context() as patch:
        titles = {name: picture.model_dump(exclude_none=True) for name, picture in MANIFEST.root.items()}
        for picture in titles.values():
            picture["title"] = EVIL
            picture["author"] = EVIL
        patch.setattr(report_tree, "MANIFEST", Manifest.model_validate(titles))
        arms = [{"id": id, "caption": f"{id} {EVIL}"} for id in ("weak", "strong", "alone")]
        for arm, settings in zip(arms, ({"alpha": 0.1}, {"alpha": 0.2}, {"init": "noise"}), strict=True):
            arm["settings"] = settings
        texts = {"title": EVIL, "question": EVIL, "settings_note": EVIL, "deviations": [EVIL], "axes": [arms]}
        panel = {"rows": [["content", "style", ""], ["weak", "strong", "alone"]], "row_titles": [EVIL, EVIL]}
        source = {"document": f"A {EVIL}", "row": EVIL, "figure": EVIL, "claims": ["claim-a"]}

        def evil(id: str) -> object:
            return experiment(id, **texts, panel=panel, source=source)

        patch.setattr(report_tree, "experiment", evil)
        claims = json.loads(json.dumps(CLAIMS))
        for entry in claims["claims"]:
            entry |= {"quote": EVIL, "passage": f"Before. {EVIL} After.", "reason": EVIL, "note": EVIL}
            entry |= {"document": f"A {EVIL}", "surrogate": EVIL, "because": EVIL}
        claims["contradictions"][0] |= {"topic": EVIL, "reason": EVIL}
        claims["documents"][0] |= {"title": f"A {EVIL}", "reference": EVIL, "authors": [EVIL]}
        patch.setattr(report_tree, "CLAIMS", claims)
        return report_tree.make_tree(tmp_path_factory.mktemp("evil"))


@pytest.mark.parametrize(
    "address",
    [
        "index.html",
        "claims.html",
        "explorer.html",
        "contradictions.html",
        "provenance.html",
        "figures/first.html",
    ],
)
def test_pages_show_texts_as_they_are(tree: Tree, address: str) -> None:
    check((tree.reports / address).read_text(encoding="utf-8"))


def test_notebooks_show_texts_as_they_are(tree: Tree) -> None:
    from nbconvert.filters import markdown2html

    first = tree.experiments[0]
    document = Document(first.source.document, {first.id: first}, report_tree.MANIFEST, tree.results.parent)
    check(markdown2html(document.about("first").data))
    check(document.scores("first").to_html())
    claims = Claims.open(tree.results.parent)
    check(claims.table().to_html())
    check(claims.contradictions().to_html())
    check(claims.show("a-claim-one").data)


def test_tables_and_drawings_show_texts_as_they_are() -> None:
    check(shaded(pd.DataFrame({EVIL: [1.0, 2.0]}, index=[EVIL, "b"]), "t", []).to_html())
    values = [{"content": EVIL, "style": "s", "a": 1.0, "b": 1.0, "difference": 0.1}]
    finding = Finding.model_validate({"estimate": 0.1, "unit": EVIL, "n_pairs": 1, "values": values})
    check(evidence_drawing(finding))
