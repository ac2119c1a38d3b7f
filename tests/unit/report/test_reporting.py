"""Panels, curves, records and tables of scores, drawn from a small made-up tree of results."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image, ImageColor
from report_tree import COLOURS, LONG, MANIFEST, PROFILE, Tree, experiment, leave_run, make_tree, scores

from nstbench.core.errors import InputError
from nstbench.core.number_format import duration, number, scientific
from nstbench.metrics import shown_metrics
from nstbench.pipeline.experiment import Experiment
from nstbench.pipeline.plan import PlannedRun, plan
from nstbench.pipeline.profile import Profile
from nstbench.pipeline.tables import control_id, tidy_scores, trial_id
from nstbench.report.figures.curves import draw_curves
from nstbench.report.figures.files import write_figure
from nstbench.report.figures.pair_results import results_by_pair
from nstbench.report.figures.panel import draw_panel
from nstbench.report.figures.tiles import panel_tiles
from nstbench.report.figures.typography import Face, paragraph
from nstbench.report.site.experiment_page import make_experiment_page
from nstbench.report.site.write import write_site
from nstbench.report.tables.scores import read_scores, score_table


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    return make_tree(tmp_path_factory.mktemp("project"))


def place(panel: Image.Image, name: str) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of the area that has the colour of `name`."""
    rows, columns = np.nonzero((np.asarray(panel) == COLOURS[name]).all(axis=2))
    return int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1


def test_panel_places_tiles_as_laid_out(tree: Tree) -> None:
    panel = tree.panel(tree.experiments[0])
    content, style = place(panel, "chelsea"), place(panel, "swirls")
    weak, strong, alone = (place(panel, arm) for arm in ("weak", "strong", "alone"))
    sizes = {(box[2] - box[0], box[3] - box[1]) for box in (content, style, weak, strong, alone)}
    assert sizes == {(192, 192)}  # 64 px enlarged by a whole factor
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


def test_tiles_say_which_network_is_real_where_a_panel_shows_several(tmp_path: Path) -> None:
    arms = [
        {"id": "weak", "caption": "VGG-19"},
        {"id": "strong", "caption": "VGG-16", "settings": {"backbone": "vgg16"}},
        {"id": "alone", "caption": "noise", "settings": {"weights": "random-half"}},
    ]

    def notes(weights: str, arms: list[dict[str, object]]) -> list[str]:
        one = experiment(
            "networks", axes=[arms], comparisons=[], panel={"rows": [[arm["id"] for arm in arms]]}
        )
        profile = Profile(name="small", size=64, evaluations=5, weights=weights)
        planned = plan(one, profile, MANIFEST)
        for entry in planned:
            leave_run(entry, tmp_path / "runs" / entry.run.id)
        ((row,), *_) = (
            panel_tiles(each) for each in results_by_pair(one, planned, profile, MANIFEST, tmp_path)
        )
        return [tile.note.partition("canonical")[0].removesuffix(" · ") for tile in row if tile]

    real, student, untrained = "the original network", "a student, half as wide", "untrained, half as wide"
    assert notes("original", arms) == [real, student, untrained]
    assert notes("embedded", arms) == [student, student, untrained]
    assert notes("embedded", arms[:2]) == ["", ""]


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
    assert [duration(0.4), duration(19.2)] == ["less than 1 s", "19 s"]
    assert [duration(125), duration(4020)] == ["2 min 05 s", "1 h 07 min"]


def test_curves_show_each_loss_that_is_there(tree: Tree) -> None:
    pair = results_by_pair(tree.experiments[0], tree.planned, PROFILE, MANIFEST, tree.results)[0]
    drawn = draw_curves(pair)
    assert [axes.get_title("left") for axes in drawn.axes] == ["total loss", "style loss", "content loss"]
    assert [text.get_text() for text in drawn.legends[0].get_texts()] == [LONG, "strong", "from noise"]
    for run in pair.runs:
        del run.trace["content/relu4_2"]
    assert [axes.get_title("left") for axes in draw_curves(pair).axes] == ["total loss", "style loss"]


def test_the_file_of_curves_has_the_colours_of_the_lines(tree: Tree) -> None:
    """As wide and high as the drawing, at 200 pixels an inch."""
    with Image.open(tree.reports / "figures" / "first.curves.png") as pixels:
        assert pixels.size == (2000, 840)
        shown = {colour for _, colour in pixels.convert("RGB").getcolors(1 << 20)}
    pair = results_by_pair(tree.experiments[0], tree.planned, PROFILE, MANIFEST, tree.results)[0]
    drawn = {line.get_color() for line in draw_curves(pair).axes[0].get_lines()}
    assert len(drawn) == 3
    assert all(min(distance(ImageColor.getrgb(line), colour) for colour in shown) < 8 for line in drawn)


def distance(one: tuple[int, ...], other: tuple[int, ...]) -> int:
    return max(abs(a - b) for a, b in zip(one, other, strict=True))


def test_figure_files_of_every_pair(tree: Tree) -> None:
    names = {file.name for file in (tree.reports / "figures").glob("first.*")} - {"first.html"}
    assert names == {"first.jpg", "first.2.jpg", "first.thumb.jpg", "first.json", "first.curves.png"}
    with Image.open(tree.reports / "figures" / "first.jpg") as panel:
        assert panel.size == tree.panel(tree.experiments[0]).size


def test_the_record_is_strict_json_with_every_run(tree: Tree) -> None:
    text = (tree.reports / "figures" / "first.json").read_text()
    record = json.loads(text, parse_constant=lambda constant: pytest.fail(f"{constant} is no JSON"))
    own = [entry.run.id for entry in tree.planned if entry.experiment == "first"]
    assert [tile["run"] for tile in record["tiles"]] == own
    strong = next(tile for tile in record["tiles"] if tile["arm"] == "strong")
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
    panel = draw_panel(results_by_pair(one, planned, PROFILE, MANIFEST, tree.results)[0])
    content, truth, strong = (place(panel, name) for name in ("chelsea", "temple", "strong"))
    assert truth[0] == strong[0] and truth[1] == content[1]


def test_table_measures_the_distance_from_a_truth_where_there_is_one(tree: Tree, with_truth) -> None:
    one, planned, scores = with_truth
    without = tree.experiments[0]
    for shown, entries, of_the_truth in ((one, planned, True), (without, tree.planned, False)):
        (figure, *_) = results_by_pair(shown, entries, PROFILE, MANIFEST, tree.results)
        table = score_table(figure.runs, scores)
        assert list(table.columns) == list(shown_metrics(of_the_truth))
    table = score_table(results_by_pair(one, planned, PROFILE, MANIFEST, tree.results)[0].runs, scores)
    values = {row.caption: row.scores["DE00t"].key for row in table.rows}
    assert values == {LONG: 3, "strong": 3, "from noise": 3, "content copied": 25, "style copied": None}


def test_tables_show_no_points_of_sweeps(tree: Tree, tmp_path: Path) -> None:
    """A run that is an arm's own and a point of another arm's sweep counts once."""
    own = pd.read_csv(tree.results / "scores.csv")
    assert set(own["factor"]) == {1}
    file = tmp_path / "scores.csv"
    pd.concat([own, own.assign(factor=10.0, value=99.0)]).to_csv(file, index=False)
    pd.testing.assert_frame_equal(read_scores(file), own)
    own.drop(columns="factor").to_csv(file, index=False)
    with pytest.raises(InputError, match=r"scores.csv cannot be read \(.*'factor'\]\); run snakemake again"):
        read_scores(file)


def test_reasons_are_given_for_shown_metrics_only(tree: Tree) -> None:
    scores = pd.read_csv(tree.results / "scores.csv")
    unknown = scores[scores["metric"] == "S"].assign(metric="DE00t", reason="no truth is known")
    (figure, *_) = results_by_pair(tree.experiments[0], tree.planned, PROFILE, MANIFEST, tree.results)
    assert score_table(figure.runs, pd.concat([scores, unknown])).remarks == ("S: no weights here",)


def test_arms_with_their_own_styles_are_each_named(tree: Tree, tmp_path: Path) -> None:
    """In the record, in the alternative text, and among what stands in for something else."""
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
    figures = results_by_pair(one, planned, PROFILE, MANIFEST, tree.results)
    page = make_experiment_page(figures, scores(planned), tmp_path)
    assert page.panels[0].description.startswith("Chelsea in the style of Temple, Swirls: one, ")
    assert "Swirls is a stand-in for A Famous Night." in page.substitutions
    tiles = json.loads((tmp_path / "figures" / "first.json").read_text())["tiles"]
    assert [tile["settings"]["style"] for tile in tiles] == ["temple", "swirls"]


def test_reporting_never_imports_torch() -> None:
    code = (
        "import sys, nstbench.report.figures.files, nstbench.report.site.write, nstbench.metrics as m;"
        "m.metrics();"
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
