"""The site's pages, written from a small made-up tree of results, as a parser reads them."""

import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from report_tree import COLOURS, PAGES, Tree, make_tree

from nstbench.metrics import shown_metrics


class Page(HTMLParser):
    """The elements of a page in order, and its text."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.file = file
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(file.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attributes)))

    def handle_data(self, data: str) -> None:
        if self.elements and self.elements[-1][0] not in ("style", "script"):
            self.text += data

    def all(self, tag: str, **wanted: str) -> list[dict[str, str | None]]:
        return [
            attributes
            for name, attributes in self.elements
            if name == tag and all(attributes.get(key) == value for key, value in wanted.items())
        ]

    @property
    def words(self) -> str:
        return " ".join(self.text.split())

    @property
    def ids(self) -> list[str]:
        return [id for _, element in self.elements if (id := element.get("id"))]

    @property
    def addresses(self) -> list[str]:
        found = [element.get("href") or element.get("src") for _, element in self.elements]
        found += [
            element["value"]
            for _, element in self.elements
            if _ == "option" and "/" in (element.get("value") or "")
        ]
        return [address for address in found if address and address != "data:,"]


def charts(page: Page) -> list[dict[str, dict[str, list[dict[str, str]]]]]:
    """The specifications of the charts that a page draws itself."""
    html = page.file.read_text(encoding="utf-8")
    return [
        json.loads(found) for found in re.findall(r'<script type="application/json">(.+?)</script>', html)
    ]


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    return make_tree(tmp_path_factory.mktemp("project"))


@pytest.fixture(scope="module")
def pages(tree: Tree) -> dict[str, Page]:
    """Every page by its address."""
    files = [*tree.reports.glob("*.html"), *tree.reports.glob("figures/*.html")]
    return {file.relative_to(tree.reports).as_posix(): Page(file) for file in files}


@pytest.fixture(scope="module")
def figure(pages: dict[str, Page]) -> Page:
    return pages["figures/first.html"]


def test_there_is_a_page_for_each_purpose_and_each_figure(pages: dict[str, Page]) -> None:
    assert pages.keys() == {*PAGES, "figures/first.html", "figures/second.html"}


def test_pages_link_to_what_is_there_and_to_nothing_outside(tree: Tree, pages: dict[str, Page]) -> None:
    for page in pages.values():
        for address in page.addresses:
            address, _, _ = address.partition("?")
            if address == "https://example.org/burr":
                continue  # where a document is to be had
            assert not address.startswith(("http", "//")), address
            name, _, anchor = address.partition("#")
            target = (page.file.parent / name).resolve() if name else page.file
            assert target.is_relative_to(tree.reports.resolve()) and target.exists(), address
            if anchor:
                assert anchor in Page(target).ids, address
        assert "@import" not in page.file.read_text() and "url(http" not in page.file.read_text()


def test_pages_have_landmarks_a_title_and_no_id_twice(pages: dict[str, Page]) -> None:
    for address, page in pages.items():
        assert page.all("html")[0]["lang"] == "en"
        assert len(page.all("main")) == len(page.all("h1")) == 1
        assert len(set(page.ids)) == len(page.ids), address
        current = [link["href"] for link in page.all("a") if "aria-current" in link]
        assert current == ([address] if address in PAGES else [])
        assert 0 < page.words.index("· nstbench") < 60


def test_every_picture_has_a_text_alternative(figure: Page, pages: dict[str, Page]) -> None:
    for page in pages.values():
        assert all("alt" in image for image in page.all("img"))
        for drawing in page.all("svg"):
            assert drawing.get("aria-hidden") == "true" or drawing["aria-label"]
    tile = figure.all("a", **{"data-caption": "strong"})[0]
    (image,) = [image for image in figure.all("img", src=tile["href"]) if image["width"] == "64"][:1]
    assert image["alt"] == "Chelsea in the style of Swirls: strong"


def test_the_first_page_is_light_and_loads_pictures_when_they_are_seen(tree: Tree, pages: dict[str, Page]):
    index = pages["index.html"]
    assert all(image["loading"] == "lazy" for image in index.all("img"))
    assert index.file.stat().st_size < 100_000


def test_the_overview_has_every_figure_and_every_claim(pages: dict[str, Page]) -> None:
    index = pages["index.html"]
    assert {"first", "second", "a", "burr"} <= set(index.ids)
    assert index.text.count("Weak <or> strong") == 2
    links = [link["href"] for link in index.all("a")]
    for id in ("a-claim-one", "a-claim-two", "b-claim-one", "b-claim-two"):
        assert f"claims.html#{id}" in links
    assert "2 supported" in index.words and "1 contradicted" in index.words and "1 not run" in index.words
    assert "inconclusive" not in index.words
    assert index.words.count("4 differences") == 2


def test_tiles_are_files_of_the_site_in_the_colour_of_their_arm(tree: Tree, figure: Page) -> None:
    for arm, caption in (("strong", "strong"), ("alone", "from noise")):
        tile = next(link for link in figure.all("a") if link.get("data-caption") == caption)
        picture = np.asarray(Image.open(figure.file.parent / str(tile["href"])).convert("RGB"))
        assert picture.shape == (64, 64, 3)
        assert np.abs(picture.astype(int) - COLOURS[arm]).max() < 6


def test_every_run_is_specified_once_on_its_page(tree: Tree, figure: Page) -> None:
    runs = {entry.run.id for entry in tree.planned if entry.experiment == "first"}
    assert {element["id"] for element in figure.all("details") if "id" in element} == {
        f"run-{run}" for run in runs
    }
    assert figure.text.count('"peak_memory_mb"') == 0 and figure.text.count('"threads": 2') == len(runs)


def test_table_has_a_line_per_arm_and_both_controls(figure: Page) -> None:
    rows = figure.all("th", scope="row")
    compared_pairs, score_tables = 2, 2
    assert len(rows) == score_tables * (3 + 2) + compared_pairs
    assert figure.text.count("content copied") == figure.text.count("style copied") == score_tables
    assert "S: no weights here." in figure.words


def test_main_metrics_stand_first_and_the_others_behind_a_summary(figure: Page) -> None:
    main = [metric for metric in shown_metrics(truth=False) if metric.main]
    others = [metric for metric in shown_metrics(truth=False) if not metric.main]
    asked = [button["aria-label"] for button in figure.all("button", **{"class": "what"})]
    assert asked == [f"What is {metric.id}?" for metric in (*main, *others)]
    assert f"{len(others)} more metrics of the same runs" in figure.text


def test_a_dash_says_why_there_is_no_value(figure: Page) -> None:
    dashes = [cell for cell in figure.all("td") if cell.get("title")]
    assert {cell["title"] for cell in dashes} == {"no weights here"}
    assert len(dashes) == 3 + 2
    assert all(cell["data-order"] in (None, "") for cell in dashes)


def test_metrics_are_explained_by_what_they_compute(figure: Page) -> None:
    assert "partial(" not in figure.text
    for metric in shown_metrics(truth=False):
        assert f"{metric.title}, {metric.better} is better: {metric.definition}" in figure.text


def test_scores_are_medians_over_pairs_and_seeds(figure: Page) -> None:
    assert "1.000.500 to 1.50" in figure.text  # the arm from noise: two pairs, two seeds
    assert "medians over up to 4 runs" in figure.text


def test_a_figure_names_substitutions_claims_and_the_command(figure: Page) -> None:
    for words in (
        "Surrogate weights (embedded vgg19 at 0.5 of its width).",
        "Swirls is a stand-in for A Famous Night.",
        "5 evaluations where the source's settings ask for 1,500.",
        "A known departure.",
        "snakemake --cores all reports/figures/first.jpg --config profile=smoke",
        "claim-a",
        "supported (embedded weights) what a-claim-one says",
    ):
        assert words in figure.words
    assert "b-claim-one" not in figure.words


def test_a_plane_shows_every_result_and_its_controls_where_both_are_scored(
    tree: Tree, pages: dict[str, Page]
) -> None:
    page = pages["figures/second.html"]
    runs = {entry.run.id for entry in tree.planned if entry.experiment == "second"}
    assert "style 1.00" in page.words and "the Pareto front" in page.words
    (data,) = [chart["datasets"] for chart in charts(page) if "points" in chart["datasets"]]
    assert {point["run"] for point in data["points"]} == runs
    shown = [link["data-tile"] for link in page.all("a") if "data-tile" in link and "data-caption" in link]
    assert runs <= set(shown)
    assert "Content against style" not in pages["figures/first.html"].words


def test_loss_curves_are_charts_with_both_axes(figure: Page) -> None:
    assert len([chart for chart in charts(figure) if "curves" in chart["datasets"]]) == 3
    assert [box["value"] for box in figure.all("input", type="radio")] == ["log", "linear"]


def test_neighbours_lead_through_all_figures(pages: dict[str, Page]) -> None:
    for one, other, relation in (("first", "second", "next"), ("second", "first", "prev")):
        (link,) = [link for link in pages[f"figures/{one}.html"].all("a") if link.get("rel")]
        assert (link["href"], link["rel"]) == (f"{other}.html", relation)


def test_claims_are_grouped_and_say_what_was_found(pages: dict[str, Page]) -> None:
    page = pages["claims.html"]
    assert [section["data-document"] for section in page.all("section")] == ["a", "burr"]
    assert [(claim["id"], claim["data-verdict"]) for claim in page.all("article")] == [
        ("a-claim-one", "supported"),
        ("a-claim-two", "not run"),
        ("b-claim-one", "contradicted"),
        ("b-claim-two", "supported"),
    ]
    for words in (
        "what a-claim-one says",
        "line 12 of the document",
        "It holds",
        "What would change it.",
        "supported (embedded weights)",
        "“weak” is 20 % below “strong”: median ratio 0.800 of 6 pairs, 95 % interval 0.720 to 0.900.",
        "Because of a-claim-two.",
    ):
        assert words in page.words
    assert len(page.all("svg")) == 1
    assert [option.get("value") for option in page.all("option")][:3] == ["", "a", "burr"]
    assert page.all("a", href="figures/first.html")


def test_a_quote_is_marked_in_its_passage_below_the_document_and_its_link(pages: dict[str, Page]) -> None:
    page = pages["claims.html"]
    html = page.file.read_text()
    assert "Before. <mark>what a-claim-two says</mark> After &lt;it&gt;.</blockquote>" in html
    assert "A. Burr. Report. 1801." in page.words
    assert page.all("a", href="https://example.org/burr")
    assert len(page.all("mark")) == len(page.all("blockquote")) == 1


def test_contradictions_say_who_says_what_and_which_position_stands(pages: dict[str, Page]) -> None:
    page = pages["contradictions.html"]
    assert page.words.count("Burr, Report") == 1 and "nobody" in page.words
    assert "Position 1 stands." in page.words
    assert [item.get("class") for item in page.all("li") if item.get("class")] == ["stands"]
    assert "No claim of this position is tested." in page.words


def test_provenance_lists_versions_and_every_picture_with_its_licence(pages: dict[str, Page]) -> None:
    page = pages["provenance.html"]
    for words in ("abc1234", "torch 2.15.0", "smoke", "Chelsea", "CC0", "ships with nstbench"):
        assert words in page.words
    assert "Swirls swirls a MIT ships with nstbench A Famous Night" in page.words


def test_a_document_and_the_claims_link_to_their_notebooks_where_there_are_any(
    tree: Tree, pages: dict[str, Page]
) -> None:
    of_claims = "notebooks/claims.html"
    addresses = {"notebooks/a.html", of_claims}
    assert not addresses & {*pages["index.html"].addresses, *pages["claims.html"].addresses}
    notebooks = tree.reports / "notebooks"
    notebooks.mkdir()
    for address in addresses:
        (tree.reports / address).touch()
    tree.write_site()
    links = Page(tree.reports / "index.html").addresses
    assert addresses < set(links) and not any("burr." in link for link in links)
    assert "jupyter lab results/notebooks/a.ipynb" in Page(tree.reports / "index.html").words
    assert of_claims in Page(tree.reports / "claims.html").addresses
    shutil.rmtree(notebooks)
    tree.write_site()


def test_the_page_of_a_figure_names_its_own_id(pages: dict[str, Page]) -> None:
    assert "<code>first</code>" in pages["figures/first.html"].file.read_text(encoding="utf-8")
