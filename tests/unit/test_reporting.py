"""Panels, curves, sidecars and the page, drawn from a small made-up tree of results."""

import json
import subprocess
import sys
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from nstbench.errors import InputError
from nstbench.experiments.experiment import Experiment
from nstbench.experiments.plan import PlannedRun, plan
from nstbench.experiments.profile import Profile
from nstbench.experiments.tables import control_id, tidy_scores, trial_id
from nstbench.images.manifest import Manifest
from nstbench.metrics import shown_metrics
from nstbench.reporting.curves import save_curves
from nstbench.reporting.exhibit import exhibits
from nstbench.reporting.figure import write_figure
from nstbench.reporting.panel import draw_panel
from nstbench.reporting.quantities import duration, number, scientific
from nstbench.reporting.score_table import score_table
from nstbench.reporting.section import make_section
from nstbench.reporting.site import write_site
from nstbench.reporting.typography import Face, paragraph

COLOURS = {
    "chelsea": (200, 30, 30),
    "temple": (150, 150, 40),
    "swirls": (30, 160, 30),
    "weak": (30, 30, 200),
    "strong": (200, 130, 20),
    "alone": (120, 20, 160),
}
LONG = "a caption that is much longer than its tile is wide and holds anunbreakablewordofmanymanyletters"
MANIFEST = Manifest.model_validate(
    {
        "chelsea": {"title": "Chelsea", "author": "a", "licence": "CC0", "package": "chelsea"},
        "temple": {"title": "Temple", "author": "a", "licence": "CC0", "package": "temple"},
        "swirls": {"title": "Swirls", "author": "a", "licence": "MIT", "painted": {"painter": "brush"}},
        "famous": {"title": "A Famous Night", "author": "a", "licence": "PD"}
        | {"url": "https://example.org/n.jpg", "md5": "0", "stand_in": "swirls"},
    }
)
PROFILE = Profile(name="smoke", size=64, evaluations=5, seeds=2)


def experiment(id: str, **changes: object) -> Experiment:
    arms = [
        {"id": "weak", "caption": LONG, "settings": {"alpha": 0.1}},
        {"id": "strong", "caption": "strong", "settings": {"alpha": 0.2}},
        {"id": "alone", "caption": "from noise", "settings": {"init": "noise"}},
    ]
    values = {
        "id": id,
        "title": "Weak <or> strong",
        "source": {"document": "A Document", "row": "row-1", "figure": "Figure 1", "claims": ["claim-a"]},
        "question": "Which one?",
        "settings_note": "As printed.",
        "deviations": ["A known departure."],
        "method": "gatys2015",
        "parameters": "nikulin",
        "axes": [arms],
        "pairs": [{"content": "chelsea", "style": "famous"}, {"content": "temple", "style": "famous"}],
        "panel": {"rows": [["content", "style", ""], ["weak", "strong", "alone"]]},
        "comparisons": [{"arm": "strong", "reference": "weak"}],
    }
    return Experiment.model_validate(values | changes)


@dataclass
class Tree:
    """A finished project: two experiments, their runs, scores, figures and page."""

    experiments: list[Experiment]
    planned: list[PlannedRun]
    results: Path
    reports: Path

    def panel(self, experiment: Experiment) -> Image.Image:
        return draw_panel(exhibits(experiment, self.planned, PROFILE, MANIFEST, self.results)[0])

    def write_figure(self, experiment: Experiment, reports: Path) -> None:
        write_figure(experiment, self.planned, PROFILE, MANIFEST, self.results, reports)

    def write_site(self) -> None:
        write_site(
            self.experiments,
            [],
            self.planned,
            PROFILE,
            MANIFEST,
            self.results,
            self.reports,
            commit="abc1234",
        )


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    root = tmp_path_factory.mktemp("project")
    tree = Tree([experiment("first"), experiment("second")], [], root / "results", root / "reports")
    tree.planned += [entry for one in tree.experiments for entry in plan(one, PROFILE, MANIFEST)]
    for name in ("chelsea", "temple", "swirls"):
        save(COLOURS[name], tree.results / "pictures" / f"{name}.png", 96)
    for entry in tree.planned:
        leave_run(entry, tree.results / "runs" / entry.run.id)
    scores(tree.planned).to_csv(tree.results / "scores.csv", index=False)
    for one in tree.experiments:
        tree.write_figure(one, tree.reports)
    tree.write_site()
    return tree


def save(colour: tuple[int, int, int], file: Path, side: int) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (side, side), colour).save(file)


def leave_run(entry: PlannedRun, folder: Path) -> None:
    """What a finished run leaves: its picture in the colour of its arm, a trace and a record."""
    save(COLOURS[entry.arm.id], folder / "image.png", entry.run.size)
    evaluations = np.arange(1, 6)
    trace = {"evaluation": evaluations, "total": 1 / evaluations, "content/relu4_2": evaluations - 1.0}
    pd.DataFrame(trace | {"style/relu1_1": 2.0, "seconds": 0.1 * evaluations}).to_csv(
        folder / "trace.csv", index=False
    )
    record = {
        "evaluations": 5,
        "device": "cpu",
        "threads": 2,
        "precision": "fp32",
        "seconds": 60.0 + entry.run.seed,
        "final_losses": {"total": 0.2},
        "facts": {"canonical_ratio": float("inf") if entry.arm.id == "strong" else 4e-9},
        "sha256": {"weights": {"vgg19.safetensors": "f" * 64}},
        "versions": {"nstbench": "0.1.0", "torch": "2.15.0"},
        "platform": "Linux",
    }
    (folder / "run.json").write_text(json.dumps(record))


def scores(planned: list[PlannedRun]) -> pd.DataFrame:
    """C of a run is its seed plus a half, so its median over two seeds is 1; S is missing for a reason."""
    values = {entry.run.id: entry.run.seed + 0.5 for entry in planned}
    values |= {control_id(copied, entry.run): 0.25 for entry in planned for copied in ("content", "style")}
    rows = [
        {"trial": run, "metric": metric, "value": value if metric == "C" else np.nan, "reason": reason}
        for run, value in values.items()
        for metric, reason in (("C", None), ("S", "no weights here"))
    ]
    return tidy_scores(pd.DataFrame(rows), planned)


def place(panel: Image.Image, name: str) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of the area that has the colour of `name`."""
    rows, columns = np.nonzero((np.asarray(panel) == COLOURS[name]).all(axis=2))
    return int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1


def test_panel_places_tiles_as_laid_out(tree: Tree) -> None:
    panel = tree.panel(tree.experiments[0])
    content, style = place(panel, "chelsea"), place(panel, "swirls")
    weak, strong, alone = (place(panel, arm) for arm in ("weak", "strong", "alone"))
    sizes = {(box[2] - box[0], box[3] - box[1]) for box in (content, style, weak, strong, alone)}
    assert sizes == {(256, 256)}  # 64 px enlarged by a whole factor
    assert content[0] == weak[0] and style[0] == strong[0]
    assert content[1] == style[1] and weak[1] == strong[1] == alone[1]
    assert alone[0] - strong[0] == strong[0] - weak[0]
    gap = np.asarray(panel)[content[1] : content[3], alone[0] : alone[2]]
    assert (gap == 255).all()


def test_captions_stay_below_their_tiles(tree: Tree) -> None:
    panel = tree.panel(tree.experiments[0])
    weak, strong = place(panel, "weak"), place(panel, "strong")
    pixels = np.asarray(panel)
    between = pixels[weak[1] :, weak[2] : strong[0]]
    margins = pixels[-20:], pixels[:, -20:], pixels[:, :20]
    assert (between == 255).all()
    assert all((margin == 255).all() for margin in margins)


def test_long_captions_push_the_next_row_down(tree: Tree) -> None:
    rows = {"rows": [["weak", "strong"], ["content", "style"]]}
    panel = tree.panel(experiment("first", panel=rows))
    weak, content = place(panel, "weak"), place(panel, "chelsea")
    below = np.asarray(panel)[weak[3] : content[1], weak[0] : weak[2]]
    assert (below < 128).any()
    assert (below[-8:] == 255).all()


@pytest.mark.parametrize("width", [60, 150, 400])
def test_paragraph_fits_its_width_and_loses_nothing(width: int) -> None:
    face = Face(13, "#000000")
    lines = paragraph(LONG, face, width).lines
    assert all(face.font.getlength(line) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == LONG.replace(" ", "")


def test_numbers_are_written_for_readers() -> None:
    assert scientific(4.005e-9).replace("\N{NO-BREAK SPACE}", " ") == "4.0 \N{MULTIPLICATION SIGN} 10⁻⁹"
    assert [scientific(0.0), scientific(float("inf"))] == ["0", "∞"]
    assert [number(0.10449), number(1.0), number(float("nan"))] == ["0.104", "1.00", "\N{EN DASH}"]
    assert [duration(19.2), duration(125), duration(4020)] == ["19 s", "2 min 05 s", "1 h 07 min"]


def test_curves_show_each_loss_that_is_there(tree: Tree, tmp_path: Path) -> None:
    drawing = (tree.reports / "figures" / "first.curves.svg").read_text()
    assert all(text in drawing for text in ("total loss", "style loss", "content loss", "from noise"))
    exhibit = exhibits(tree.experiments[0], tree.planned, PROFILE, MANIFEST, tree.results)[0]
    for run in exhibit.runs:
        del run.folder.trace["content/relu4_2"]
    save_curves(exhibit, tmp_path / "curves.svg")
    assert "content loss" not in (tmp_path / "curves.svg").read_text()


def test_figure_files_of_every_pair(tree: Tree) -> None:
    names = {file.name for file in (tree.reports / "figures").glob("first.*")}
    assert names == {"first.png", "first.2.png", "first.thumb.jpg", "first.curves.svg", "first.json"}


def test_sidecar_is_strict_json_with_every_run(tree: Tree) -> None:
    text = (tree.reports / "figures" / "first.json").read_text()
    sidecar = json.loads(text, parse_constant=lambda constant: pytest.fail(f"{constant} is no JSON"))
    own = [entry.run.id for entry in tree.planned if entry.experiment == "first"]
    assert [tile["run"] for tile in sidecar["tiles"]] == own
    strong = next(tile for tile in sidecar["tiles"] if tile["arm"] == "strong")
    assert strong["canonical_ratio"] == "inf"
    assert strong["settings"]["parameters"]["alpha"] == 0.2
    assert {"pair", "seed", "evaluations", "device", "precision", "seconds", "final_losses"} <= strong.keys()


def test_missing_run_is_named(tree: Tree, tmp_path: Path) -> None:
    missing = experiment("third", settings={"pooling": "max"})
    planned = plan(missing, PROFILE, MANIFEST)
    with pytest.raises(InputError, match=planned[0].run.id):
        write_figure(missing, planned, PROFILE, MANIFEST, tree.results, tmp_path)


def test_missing_scores_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"scores\.csv"):
        write_site([], [], [], PROFILE, MANIFEST, tmp_path, tmp_path, commit="unknown")


class Page(HTMLParser):
    """The elements of a page in order, and its text."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(file.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attributes)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def addresses(self) -> list[str]:
        found = [element.get("href") or element.get("src") for _, element in self.elements]
        return [address for address in found if address and address != "data:,"]


@pytest.fixture(scope="module")
def page(tree: Tree) -> Page:
    return Page(tree.reports / "index.html")


def test_page_holds_every_experiment(page: Page) -> None:
    assert [article["id"] for article in page.all("article")] == ["first", "second"]
    assert page.all("html")[0]["lang"] == "en"
    assert {tag for tag, _ in page.elements} >= {"header", "nav", "main", "footer"}
    assert page.text.count("Weak <or> strong") == 4  # contents and heading of both, escaped


def test_every_image_has_an_alternative_and_panels_say_what_they_show(page: Page) -> None:
    assert all("alt" in image for image in page.all("img"))
    panels = [image for image in page.all("img") if image["src"] == "figures/first.png"]
    assert "Chelsea in the style of Swirls" in (panels[0]["alt"] or "")


def test_page_links_lead_somewhere_and_nothing_comes_from_a_network(tree: Tree, page: Page) -> None:
    ids = {element.get("id") for _, element in page.elements}
    for address in page.addresses:
        assert not address.startswith(("http", "//")), address
        if address.startswith("#"):
            assert address[1:] in ids, address
        else:
            assert (tree.reports / address).exists(), address
    assert "@import" not in (tree.reports / "index.html").read_text()


def test_table_has_a_line_per_arm_and_both_controls(tree: Tree, page: Page) -> None:
    rows = [element for element in page.all("th") if element.get("scope") == "row"]
    compared_pairs, score_tables = 2, 2
    assert len(rows) == len(tree.experiments) * (score_tables * (3 + 2) + compared_pairs)
    assert page.text.count("content copied") == page.text.count("style copied") == 2 * score_tables
    assert "S: no weights here." in page.text


def test_main_metrics_stand_first_and_the_others_behind_a_summary(page: Page) -> None:
    main = [metric for metric in shown_metrics(truth=False) if metric.main]
    others = [metric for metric in shown_metrics(truth=False) if not metric.main]
    titles = [f"{metric.title}; {metric.better} is better" for metric in (*main, *others)]
    assert [button["title"] for button in page.all("button") if button.get("title")] == titles * 2
    assert f"{len(others)} more metrics of the same runs" in page.text
    order = [tag for tag, _ in page.elements if tag in ("table", "summary")]
    further_panels, comparison, scores, meaning, more = "summary", "table", "table", "summary", "summary"
    assert order == [further_panels, comparison, scores, meaning, more, "table"] * 2


def test_a_dash_says_why_there_is_no_value(page: Page) -> None:
    dashes = [cell for cell in page.all("td") if cell.get("title")]
    assert {cell["title"] for cell in dashes} == {"no weights here"}
    assert len(dashes) == 2 * (3 + 2)
    assert all(cell["data-key"] in (None, "") for cell in dashes)


def test_metrics_are_explained_by_what_they_compute(page: Page) -> None:
    assert "lower is better: |F(x) - F(c)|^2 / |F(c)|^2 at the judge's content layer" in page.text
    assert "partial(" not in page.text
    shown = shown_metrics(truth=False)
    assert all(f"{metric.title}, {metric.better} is better" in page.text for metric in shown)


def test_scores_are_medians_over_pairs_and_seeds(page: Page) -> None:
    assert "1.000.500 to 1.50" in page.text  # the arm from noise: two pairs, two seeds
    assert "medians over up to 4 runs" in page.text


def test_page_names_substitutions_provenance_and_the_command(page: Page) -> None:
    for words in (
        "Surrogate weights (embedded vgg19 at 0.5 of its width).",
        "Swirls is a stand-in for A Famous Night.",
        "5 evaluations where the source's settings ask for 1,500.",
        "A known departure.",
        "PROFILE=smoke snakemake --cores all reports/figures/first.png",
        "claim-a",
        "abc1234",
        "torch 2.15.0",
    ):
        assert words in page.text


TRUE = {"content": "chelsea", "style": "famous", "truth": "temple"}


@pytest.fixture
def with_truth(tree: Tree) -> tuple[Experiment, list[PlannedRun], pd.DataFrame]:
    """The first experiment with a truth for its first pair, on the runs that are there."""
    one = experiment("first", pairs=[TRUE], panel={"rows": [["content", "truth"], ["weak", "strong"]]})
    planned = plan(one, PROFILE, MANIFEST)
    rows = [
        {"trial": trial_id(run, "temple"), "metric": "DE00t", "value": value, "reason": None}
        for entry in planned
        for run, value in ((entry.run.id, 3.0), (control_id("content", entry.run), 25.0))
    ]
    return one, planned, tidy_scores(pd.DataFrame(rows), planned)


def test_panel_shows_the_truth(tree: Tree, with_truth) -> None:
    one, planned, _ = with_truth
    panel = draw_panel(exhibits(one, planned, PROFILE, MANIFEST, tree.results)[0])
    content, truth, strong = (place(panel, name) for name in ("chelsea", "temple", "strong"))
    assert truth[0] == strong[0] and truth[1] == content[1]


def test_table_measures_the_distance_from_a_truth_where_there_is_one(tree: Tree, with_truth) -> None:
    one, planned, scores = with_truth
    for entries, of_the_truth in ((planned, True), (tree.planned, False)):
        (figure, *_) = exhibits(one, entries, PROFILE, MANIFEST, tree.results)
        table = score_table(figure.runs, scores)
        assert [each.metric for each in table.columns] == list(shown_metrics(of_the_truth))
    table = score_table(exhibits(one, planned, PROFILE, MANIFEST, tree.results)[0].runs, scores)
    values = {line.caption: line.scores["DE00t"].key for line in table.lines}
    assert values == {LONG: 3, "strong": 3, "from noise": 3, "content copied": 25, "style copied": None}


def test_reasons_are_given_for_shown_metrics_only(tree: Tree) -> None:
    scores = pd.read_csv(tree.results / "scores.csv")
    unknown = scores[scores["metric"] == "S"].assign(metric="DE00t", reason="no truth is known")
    (figure, *_) = exhibits(tree.experiments[0], tree.planned, PROFILE, MANIFEST, tree.results)
    assert score_table(figure.runs, pd.concat([scores, unknown])).remarks == ("S: no weights here",)


def test_arms_with_their_own_styles_are_each_named(tree: Tree, tmp_path: Path) -> None:
    """In the sidecar, in the alternative text, and among what stands in for something else."""
    arms = [
        {"id": "weak", "caption": "one"},
        {"id": "strong", "caption": "other", "style": "famous", "settings": {"alpha": 0.2}},
    ]
    pairs = [{"content": "chelsea", "style": "temple"}]
    one = experiment("first", axes=[arms], pairs=pairs, panel={"rows": [["weak", "strong"]]})
    planned = plan(one, PROFILE, MANIFEST)
    for entry in planned:
        leave_run(entry, tree.results / "runs" / entry.run.id)
    write_figure(one, planned, PROFILE, MANIFEST, tree.results, tmp_path)
    figures = exhibits(one, planned, PROFILE, MANIFEST, tree.results)
    section = make_section(figures, scores(planned), tmp_path)
    assert section.panels[0].description.startswith("Chelsea in the style of Temple, Swirls: one, ")
    assert "Swirls is a stand-in for A Famous Night." in section.substitutions
    tiles = json.loads((tmp_path / "figures" / "first.json").read_text())["tiles"]
    assert [tile["settings"]["style"] for tile in tiles] == ["temple", "swirls"]


def test_reporting_never_imports_torch() -> None:
    code = (
        "import sys, nstbench.reporting.figure, nstbench.reporting.site, nstbench.metrics as m; m.metrics();"
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
