"""The first page, cards of claims, the explorer and tables in a real browser, and axe on every page."""

import json

import pytest
import report_tree
from axe_playwright_python.sync_playwright import Axe
from nbformat import v4
from playwright.sync_api import expect
from rankings import a_ranking
from report_tree import CLAIMS, MANIFEST, MEASURED, PAGES, PROFILE, make_tree
from survey_page import table, write  # noqa: F401  # fixtures

from nstbench.charts.chart import Chart
from nstbench.charts.writing import write_chart
from nstbench.pipeline.benchmark.records import Ranking
from nstbench.pipeline.profile import Profile
from nstbench.report.notebook.execution import execute
from nstbench.report.notebook.page import notebook_page
from nstbench.report.site import write as site_writing
from nstbench.report.site.ranking_part import RankedMethod

# A page of each kind.
EVERY = (*PAGES, "figures/first.html", "figures/diagram.html", "notebooks/own.html")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Two figures, a chart, a ranking, a notebook, a claim of two parts, and a caveat on every page."""
    tree = make_tree(tmp_path_factory.mktemp("project"))
    tree.charts.append(Chart.model_validate(DIAGRAM))
    write_chart(tree.charts[0], [], PROFILE, MANIFEST, tree.results, tree.reports)
    claims = json.loads(json.dumps(CLAIMS))
    claims["claims"][0]["parts"] = [
        {name: value for name, value in MEASURED.items() if name != "surrogate"} | {"says": says}
        for says in ("weak is less", "weak is less again")
    ]
    (tree.results / "claims.json").write_text(json.dumps(claims))
    cautious = Profile.model_validate(PROFILE.model_dump() | {"caveat": "made for tests"})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(report_tree, "PROFILE", cautious)
        patch.setattr(site_writing, "read_ranking", lambda results: a_ranking())
        patch.setattr(site_writing, "load_benchmark", lambda file, manifest: None)
        patch.setattr(site_writing, "ranked_methods", lambda ranking, *rest: ranked(ranking))
        tree.write_site()
    own = tree.reports / "notebooks" / "own.html"
    own.parent.mkdir()
    own.write_text(notebook_page(notebook(tree.results.parent), "own", ["other", "own"]))
    return tree.reports


DIAGRAM = {
    "id": "diagram",
    "title": "Layers that are read",
    "source": {"document": "A Document", "row": "row-3", "figure": "Figure 3"},
    "question": "Which layers?",
    "settings_note": "As printed.",
    "kind": "layer_diagram",
}


def ranked(ranking: Ranking) -> list[RankedMethod]:
    return [
        RankedMethod(entry, row, 10.0, 80.0, 50.0, None)
        for entry, row in zip(ranking.entries, ranking.rows, strict=True)
    ]


SHOWN = """
from pathlib import Path

import pandas as pd
from IPython.display import HTML

from nstbench.report.notebook.claims import Claims
from nstbench.report.notebook.images import light_curves, light_panel
from nstbench.report.notebook.tables import shaded

claims, figures = Claims.open(Path(FOLDER)), Path(FOLDER) / "reports" / "figures"
claims.counts()
---
claims.table()
---
claims.contradictions()
---
claims.show("a-claim-one")
---
shaded(pd.DataFrame([[0.1] * 30], index=["an arm"], columns=[f"C{n}" for n in range(30)]), "wide", [])
---
light_panel(figures / "first.jpg", "a panel")
---
light_curves(figures / "first.curves.png", "losses")
---
svg = (figures / "diagram.svg").read_text()
HTML(svg[svg.index("<svg"):])
"""


def notebook(folder):
    """Whatever notebooks show of the results in a folder, once."""
    code = SHOWN.replace("FOLDER", repr(str(folder))).split("---")
    cells = [v4.new_markdown_cell("# Own"), v4.new_markdown_cell("## Section"), *map(v4.new_code_cell, code)]
    own = v4.new_notebook(cells=cells, metadata={"title": "Own"})
    execute(own)
    return own


def violations(page):
    """By all of axe's rules; what passes is not listed, which takes longer than the rules do."""
    options = {"preload": False, "resultTypes": ["violations"]}
    return Axe().run(page, options=options).response["violations"]


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_any_page(open_page, site, width, scheme):
    page = open_page(site / PAGES[0], width, 844, scheme)
    found = []
    for address in EVERY:
        page.goto((site / address).as_uri())
        page.evaluate("document.querySelectorAll('details').forEach((details) => { details.open = true; })")
        found += [(address, rule["id"], rule["nodes"][0]["html"]) for rule in violations(page)]
    assert found == []


def test_axe_finds_nothing_in_a_survey(open_page, write, tmp_path):  # noqa: F811  # a fixture
    write("--pairs", "4", "--mode", "choice", "--arm", "zebra", "--arm", "quagga")
    page = open_page(tmp_path / "survey.html", 390, 844, "dark")
    assert violations(page) == []


def test_nothing_is_asked_of_a_network(open_page, site):
    page = open_page(site / PAGES[0])
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    for address in EVERY:
        page.goto((site / address).as_uri())
        page.wait_for_load_state("networkidle")
    assert asked and all(url.startswith(("file:", "data:", "blob:")) for url in asked)


def test_a_mark_of_the_map_leads_to_its_claim(open_page, site):
    page = open_page(site / "index.html")
    page.locator(".map a[data-verdict=contradicted]").click()
    expect(page.locator("article:target")).to_have_id("b-claim-one")


@pytest.mark.parametrize("width", [1280, 390])
def test_claims_are_found_by_words_and_the_search_is_in_the_address(open_page, site, width):
    page = open_page(site / "claims.html", width, 844)
    page.get_by_role("searchbox").fill("a-claim-two SAYS")
    expect(page.locator("article:visible")).to_have_count(1)
    address = page.url
    assert "q=a-claim-two" in address
    page = open_page(site / "claims.html")
    page.goto(address)
    expect(page.locator("article:visible")).to_have_id("a-claim-two")
    page.get_by_role("searchbox").fill("nowhere")
    expect(page.get_by_text("No claim fits.")).to_be_visible()


def test_the_evidence_and_the_citation_of_a_card_open(open_page, site):
    page = open_page(site / "claims.html")
    card = page.locator("#b-claim-two")
    card.get_by_text("Source and citation").click()
    expect(card.locator("pre")).to_contain_text("@misc{burr")
    card = page.locator("#a-claim-one")
    card.get_by_text("Evidence").click()
    expect(card.locator(".dots svg").first).to_be_visible()


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_the_explorer_filters_and_puts_two_results_under_the_slider(open_page, site, width, scheme):
    page = open_page(site / "explorer.html", width, 844, scheme)
    points = page.locator(".explorer .role-mark path[aria-label]")
    every = points.count() if points.first.wait_for() is None else 0
    page.locator("select[name=pair]").select_option("chelsea swirls")
    expect(points).to_have_count(every // 2)
    assert "pair=chelsea" in page.url
    page.get_by_role("searchbox").fill("NOISE")
    expect(points).not_to_have_count(every // 2)
    points.first.hover()
    expect(page.locator(".preview img")).to_have_js_property("naturalWidth", 64)
    for place, side in ((0, "left"), (1, "right")):
        points.nth(place).click(force=True)
        said = points.nth(place).get_attribute("aria-label")
        chosen = page.locator(f".slider img[data-side={side}]")
        expect(chosen).to_have_attribute("alt", said.partition(":")[0])
    address = page.url
    page.goto((site / "index.html").as_uri())
    page.goto(address)
    expect(chosen).to_have_attribute("alt", said.partition(":")[0])
    expect(points).not_to_have_count(every // 2)


def test_a_name_of_a_metric_is_explained_where_it_stands(open_page, site):
    page = open_page(site / "figures/first.html")
    page.get_by_role("button", name="What is SSIM?").first.click()
    expect(page.locator("#main-SSIM")).to_be_visible()
    expect(page.locator("table th[aria-sort]")).to_have_count(0)


def test_a_table_is_exported(open_page, site):
    page = open_page(site / "figures/second.html")
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").first.click()
    assert "strong" in download.value.path().read_text()


SCRUBBED = """
() => {
  const range = document.querySelector(".scrubber input[type=range]");
  range.value = range.min;
  range.dispatchEvent(new Event("input", { bubbles: true }));
}
"""


@pytest.fixture
def with_snapshots(tmp_path, monkeypatch):
    """A site whose runs kept three pictures on their way."""

    def leave(entry, folder):
        report_tree_run(entry, folder)
        record = json.loads((folder / "run.json").read_text())
        names = [f"snapshots/{at:05}.png" for at in entry.run.snapshots_at]
        for name in names:
            report_tree.save((90, 90, 200), folder / name, entry.run.size)
        (folder / "run.json").write_text(json.dumps(record | {"outputs": dict.fromkeys(names)}))

    usual, report_tree_run = report_tree.experiment, report_tree.leave_run
    monkeypatch.setattr(report_tree, "experiment", lambda id: usual(id, snapshots=3))
    monkeypatch.setattr(report_tree, "leave_run", leave)
    return make_tree(tmp_path).reports


def test_dragging_through_a_descent_changes_pictures_losses_and_the_point(open_page, with_snapshots):
    page = open_page(with_snapshots / "figures" / "first.html")
    scrubber = page.locator(".scrubber")
    scrubber.scroll_into_view_if_needed()
    points = scrubber.locator(".role-mark.layer_1_marks path")
    expect(points).to_have_count(2)
    before = points.first.get_attribute("transform")
    caption = scrubber.locator("figure[data-side=right] figcaption")
    expect(caption).to_have_text("after 5 evaluations, loss 0.200")
    page.evaluate(SCRUBBED)
    expect(caption).to_have_text("after 1 evaluation, loss 1.00")
    expect(points.first).not_to_have_attribute("transform", before)
    expect(scrubber.locator("img").first).to_have_js_property("naturalWidth", 64)
    scrubber.locator("figure[data-side=left] select").select_option("strong")
    expect(scrubber.locator("figure[data-side=left] img")).to_have_attribute(
        "alt", "strong after 1 evaluations"
    )
