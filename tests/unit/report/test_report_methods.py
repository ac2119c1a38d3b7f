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


def inside(formula: str) -> str:
    return mathml(formula).removeprefix('<math display="block"><mrow>').removesuffix("</mrow></math>")


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("x", "<mi>x</mi>"),
        ("2.5 a", "<mn>2.5</mn><mi>a</mi>"),
        ("a < b", "<mi>a</mi><mo>&lt;</mo><mi>b</mi>"),
        ("F_{ip}^l", "<msubsup><mi>F</mi><mrow><mi>i</mi><mi>p</mi></mrow><mi>l</mi></msubsup>"),
        ("F^l_i", "<msubsup><mi>F</mi><mi>i</mi><mi>l</mi></msubsup>"),
        (r"\sum_p x", "<munder><mo>∑</mo><mi>p</mi></munder><mi>x</mi>"),
        (r"\frac{1}{4 N}", "<mfrac><mrow><mn>1</mn></mrow><mrow><mn>4</mn><mi>N</mi></mrow></mfrac>"),
        (r"\text{a b}", "<mtext>a b</mtext>"),
        (r"\hat x", "<mover><mi>x</mi><mo>^</mo></mover>"),
    ],
)
def test_formulas_become_mathml(formula: str, expected: str) -> None:
    assert inside(formula) == expected


@pytest.mark.parametrize(
    ("formula", "complaint"),
    [(r"\foo", "foo"), ("{a", "too early"), (r"\frac{1}", "too early"), ("a_", "too early")],
)
def test_a_formula_that_is_not_understood_is_named(formula: str, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
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
