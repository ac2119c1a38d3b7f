"""The methods page: formulas, what they quote of the documentation, and whether their modules are there."""

import importlib.util
from pathlib import Path
from xml.etree import ElementTree

import pytest

from nstbench.claims.rules import RULES
from nstbench.core.errors import InputError
from nstbench.methods import methods
from nstbench.metrics import metrics
from nstbench.pipeline.project import CHECKOUT
from nstbench.report.site.markdown_table import first_table, inline
from nstbench.report.site.mathml import mathml
from nstbench.report.site.methods_page import load_topics

ENTRIES = [entry for entries in load_topics().values() for entry in entries]


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("a < b", "<mi>a</mi><mo>&#x0003C;</mo><mi>b</mi>"),
        ("F_{ip}^l", "<msubsup><mi>F</mi><mrow><mi>i</mi><mi>p</mi></mrow><mi>l</mi></msubsup>"),
        (r"\frac{1}{4 N}", "<mfrac><mrow><mn>1</mn></mrow><mrow><mn>4</mn><mi>N</mi></mrow></mfrac>"),
        (r"\mean x", "<mo>mean</mo><mi>x</mi>"),
    ],
)
def test_formulas_become_mathml(formula: str, expected: str) -> None:
    assert expected in mathml(formula)


@pytest.mark.parametrize("formula", [r"\foo", "{a", r"\text{<script>alert(1)</script>}", r"\text{<b}"])
def test_a_formula_that_is_not_understood_or_has_markup_is_named(formula: str) -> None:
    with pytest.raises(InputError, match="formula"):
        mathml(formula)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_every_entry_can_be_set_has_a_source_and_names_modules_that_exist(entry) -> None:
    for formula in entry.mathml:
        ElementTree.fromstring(formula)
    assert entry.sources and entry.text.endswith(".")
    for module in entry.modules:
        assert importlib.util.find_spec(module), module


def test_every_method_metric_and_rule_has_its_formula() -> None:
    named = {module for entry in ENTRIES for module in entry.modules}
    for method in methods().values():
        package = ".".join(method.parameters.__module__.split(".")[:3])
        own = [module for module in named if module.startswith(f"{package}.")]
        assert own, f"nstbench/report/site/formulas lacks {method.id}"
    for id, rule in RULES.items():
        assert rule.measure.__module__ in named or id == "exact", id


def test_indices_are_set_as_such() -> None:
    (entry,) = [entry for entry in ENTRIES if entry.id == "verdict"]
    assert "p<sub>(1)</sub>" in entry.symbols_html


def test_quoted_tables_are_those_of_the_documentation() -> None:
    table = first_table(CHECKOUT / "docs" / "metrics.md")
    assert [str(cell) for cell in table.header] == ["metric", "definition", "range", "cost", "source"]
    rows = {str(row[0]): row for row in table.rows}
    for id in metrics():
        assert any(f"<code>{id}</code>" in first for first in rows), id


def test_markdown_in_a_cell_is_shown() -> None:
    assert inline("**bold** `a<b` [text](to.md)") == "<strong>bold</strong> <code>a&lt;b</code> text"


def test_a_document_without_a_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"gone\.md"):
        first_table(tmp_path / "gone.md")
    (tmp_path / "prose.md").write_text("| no table |\n")
    with pytest.raises(InputError, match=r"prose\.md has no table"):
        first_table(tmp_path / "prose.md")
