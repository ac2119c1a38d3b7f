"""The committed notebooks, what they call, and what readers get of them."""

import base64
import copy
import io
import itertools
import json
import re
from html.parser import HTMLParser

import nbformat
import numpy as np
import pandas as pd
import pytest
from nbclient import NotebookClient
from nbformat import v4
from PIL import Image
from report_tree import CLAIMS, MEASURED, RATIOS, claim

from nstbench.charts.chart import load_charts
from nstbench.claims.records import Verdict, as_json
from nstbench.claims.verdicts import judge_claims
from nstbench.core.errors import InputError
from nstbench.core.number_format import MISSING
from nstbench.metrics import metrics
from nstbench.pipeline.experiment import Experiment, short_name
from nstbench.pipeline.plan import plan
from nstbench.pipeline.profile import Profile
from nstbench.pipeline.project import CHECKOUT, Project
from nstbench.pipeline.tables import control_id
from nstbench.report.figures.files import figure_record
from nstbench.report.figures.pair_results import results_by_pair
from nstbench.report.notebook import Claims, Document, glossary
from nstbench.report.notebook.execution import execute
from nstbench.report.notebook.glossary import known_metric
from nstbench.report.notebook.images import HEAVIEST_PANEL, light_curves, light_panel
from nstbench.report.notebook.page import notebook_page
from nstbench.report.notebook.scatter import scatter

FILES = sorted((CHECKOUT / "workflow" / "notebooks").glob("*.ipynb"))
OF_CLAIMS = CHECKOUT / "workflow" / "notebooks" / "claims.ipynb"
OF_LIBRARY = CHECKOUT / "workflow" / "notebooks" / "library.ipynb"
OF_DOCUMENTS = [file for file in FILES if file not in (OF_CLAIMS, OF_LIBRARY)]
CALLED_PER_EXPERIMENT = {"about", "panel", "curves", "scores", "compare"}
PROJECT = Project.load(CHECKOUT, "smoke")


@pytest.fixture(params=FILES, ids=lambda file: file.stem)
def committed(request):
    """A notebook of the checkout: its name and its text."""
    return request.param.stem, request.param.read_text(encoding="utf-8")


@pytest.fixture(params=OF_DOCUMENTS, ids=lambda file: file.stem)
def of_document(request):
    """A notebook of one document: its name and its text."""
    return request.param.stem, request.param.read_text(encoding="utf-8")


def code_cells(text: str) -> list[str]:
    return [cell.source for cell in nbformat.reads(text, 4).cells if cell.cell_type == "code"]


def calls(text: str) -> list[tuple[str, tuple[str, ...]]]:
    """Every call of a `Document` in a notebook, with its quoted arguments."""
    found = re.findall(r"[Dd]ocument\.(\w+)\(([^)]*)\)", "\n".join(code_cells(text)))
    return [(name, tuple(re.findall(r'"([^"]+)"', arguments))) for name, arguments in found]


def test_the_replicated_documents_have_notebooks():
    documents = {short_name(entry.source.document) for entry in PROJECT.experiments.values()}
    assert (
        {"da", "jain", "nikulin", "soboleva", "unlusoy"} <= {file.stem for file in OF_DOCUMENTS} <= documents
    )


def test_notebooks_are_normalised(committed):
    _, text = committed
    parsed = nbformat.reads(text, nbformat.NO_CONVERT)
    nbformat.validate(parsed)
    assert (parsed.nbformat, parsed.nbformat_minor) == (4, 5)
    assert text == nbformat.writes(parsed) + "\n"
    assert parsed.metadata.kernelspec.name == "python3"
    assert parsed.metadata.language_info.name == "python"
    code = [cell for cell in parsed.cells if cell.cell_type == "code"]
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code)
    assert all(cell.metadata == {} for cell in parsed.cells)


def test_every_experiment_of_the_document_is_shown(of_document):
    name, text = of_document
    own = {id for id, entry in PROJECT.experiments.items() if short_name(entry.source.document) == name}
    shown = {(method, arguments[0]) for method, arguments in calls(text)}
    assert {(method, id) for method in CALLED_PER_EXPERIMENT for id in own} <= shown
    charts = {id for id, entry in load_charts(PROJECT).items() if short_name(entry.source.document) == name}
    assert {id for method, id in shown if method == "chart"} == charts
    assert {id for method, id in shown if method not in ("open", "chart")} == own
    assert ("open", name) in shown


def test_metrics_and_arms_in_notebooks_exist(of_document):
    _, text = of_document
    for method, (id, *rest) in calls(text):
        if method in ("compare", "scores"):
            assert set(rest) <= set(metrics())
        if method in ("vary", "slide"):
            named = rest[:1] if method == "vary" else rest
            assert set(named) <= {arm.id for arm in PROJECT.experiments[id].arms}


@pytest.mark.parametrize(
    ("document", "name"),
    [
        ("Nikulin and Novak, Exploring the Neural Algorithm of Artistic Style", "nikulin"),
        ("Ünlüsoy, Menssen and Cerrada, Neural Style Transfer (slides)", "unlusoy"),
        ("nstbench, checks of its own", "nstbench"),
    ],
)
def test_a_document_is_called_by_its_first_author(document, name):
    assert short_name(document) == name


# What a document reads: two arms and three pairs, with made-up losses and scores.

EXPERIMENT = Experiment.model_validate(
    {
        "id": "two-arms",
        "title": "Weak or strong",
        "source": {"document": "Somebody, Something", "row": "row-1", "figure": "Figure 1"},
        "question": "Which one?",
        "settings_note": "As printed.",
        "deviations": ["A known departure."],
        "method": "gatys2015",
        "parameters": "nikulin",
        "axes": [
            [
                {"id": "weak", "caption": "weak", "settings": {"alpha": 0.1}},
                {"id": "strong", "caption": "strong", "settings": {"alpha": 0.2}},
            ]
        ],
        "pairs": [
            {"content": "chelsea", "style": "tesserae"},
            {"content": "temple", "style": "tesserae"},
            {"content": "astronaut", "style": "tesserae"},
        ],
        "panel": {"rows": [["weak", "strong"]]},
    }
)
PROFILE = Profile(name="smoke", size=64, evaluations=2)
CONTENT_DISTANCES = {"weak": [0.1, 0.3, 0.8], "strong": [0.5, 0.9, 0.6]}


@pytest.fixture(scope="module")
def document(tmp_path_factory) -> Document:
    folder = tmp_path_factory.mktemp("project")
    results = folder / "results"
    planned = plan(EXPERIMENT, PROFILE, PROJECT.manifest)
    for entry in planned:
        run = results / "runs" / entry.run.id
        run.mkdir(parents=True)
        (run / "run.json").write_text(json.dumps(record(entry.run.id)))
        (run / "trace.csv").write_text("evaluation,total\n1,0.5\n2,0.25\n")
    rng = np.random.default_rng(0)
    (results / "pictures").mkdir()
    for name in ("chelsea", "temple", "astronaut", "tesserae"):
        pixels = rng.integers(0, 256, (64, 64, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(results / "pictures" / f"{name}.png")
    scores(planned).to_csv(results / "scores.csv", index=False)
    figures = folder / "reports" / "figures"
    figures.mkdir(parents=True)
    shown = results_by_pair(EXPERIMENT, planned, PROFILE, PROJECT.manifest, results)
    (figures / "two-arms.json").write_text(figure_record(shown))
    for file in ("two-arms.jpg", "two-arms.2.jpg", "two-arms.3.jpg"):
        Image.new("RGB", (30, 20), "red").save(figures / file)
    Image.new("P", (200, 84)).save(figures / "two-arms.curves.png")
    return Document(EXPERIMENT.source.document, {"two-arms": EXPERIMENT}, PROJECT.manifest, folder)


def record(id: str) -> dict[str, object]:
    return {
        "id": id,
        "facts": {"canonical_ratio": 1e-9},
        "final_losses": {"total": 0.25},
        "evaluations": 2,
        "seconds": 1.5,
        "device": "cpu",
        "precision": "fp32",
        "threads": 1,
        "sha256": {"weights": {}},
        "versions": {},
        "platform": "somewhere",
    }


def scores(planned) -> pd.DataFrame:
    """C as in CONTENT_DISTANCES, 0 and 2 for the controls; S is half of it."""
    pending = copy.deepcopy(CONTENT_DISTANCES)
    rows = []
    for entry in planned:
        values = {
            entry.run.id: pending[entry.arm.id].pop(0),
            control_id("content", entry.run): 0.0,
            control_id("style", entry.run): 2.0,
        }
        for run, value in values.items():
            rows += [(run, "two-arms", "C", value, None), (run, "two-arms", "S", value / 2, None)]
    table = pd.DataFrame(rows, columns=["run", "experiment", "metric", "value", "reason"])
    return table.assign(factor=1.0).drop_duplicates(["run", "metric"])


def test_runs_are_one_row_each_with_their_metrics(document):
    runs = document.runs("two-arms")
    assert runs["content"].tolist() == ["chelsea", "chelsea", "temple", "temple", "astronaut", "astronaut"]
    assert runs["arm"].tolist() == ["weak", "strong"] * 3
    assert runs["C"].tolist() == [0.1, 0.5, 0.3, 0.9, 0.8, 0.6]
    assert runs["loss"].tolist() == [0.25] * 6
    assert runs["SSIM"].isna().all()


def test_scores_are_medians_above_the_controls(document):
    table = document.scores("two-arms", "S", "C").data
    assert table.index.tolist() == ["weak", "strong", "content copied", "style copied"]
    assert [column.split() for column in table.columns] == [["S", "↓"], ["C", "↓"]]
    style, content = table.to_numpy().T
    assert content == pytest.approx([0.3, 0.6, 0.0, 2.0])
    assert style == pytest.approx([0.15, 0.3, 0.0, 1.0])


@pytest.mark.filterwarnings("error")
def test_scores_show_the_main_metrics_when_none_is_named(document):
    shown = document.scores("two-arms").data.columns
    main = [each for each in metrics().values() if each.main]
    assert [column.split()[0] for column in shown] == [each.id for each in main if not each.needs_truth]
    explained = [line.split("**")[1] for line in glossary().data.splitlines()]
    assert [heading.split()[0] for heading in explained] == [each.id for each in main]
    assert set(shown) < set(explained)
    assert MISSING in document.scores("two-arms", "SSIM").to_html()


def described(experiment, document, folder) -> Document:
    """`experiment` as the file beside its figure tells a notebook, with the scores of `document`."""
    results = folder / "results"
    results.mkdir()
    (results / "scores.csv").write_bytes((document.folder / "results" / "scores.csv").read_bytes())
    planned = plan(experiment, PROFILE, PROJECT.manifest)
    for entry in planned:
        run = results / "runs" / entry.run.id
        run.mkdir(parents=True)
        (run / "run.json").write_text(json.dumps(record(entry.run.id)))
    figures = folder / "reports" / "figures"
    figures.mkdir(parents=True)
    shown = results_by_pair(experiment, planned, PROFILE, PROJECT.manifest, results)
    (figures / f"{experiment.id}.json").write_text(figure_record(shown))
    return Document(document.title, {experiment.id: experiment}, PROJECT.manifest, folder)


def test_scores_show_the_distance_from_a_truth_where_there_is_one(document, tmp_path):
    pairs = tuple(pair.model_copy(update={"truth": "coffee"}) for pair in EXPERIMENT.pairs)
    known = described(EXPERIMENT.model_copy(update={"pairs": pairs}), document, tmp_path)
    shown = known.scores("two-arms").data.columns
    assert [column.split()[0] for column in shown] == [each.id for each in metrics().values() if each.main]


def test_every_style_of_an_experiment_has_its_controls(document, tmp_path):
    (weak, strong), pair = EXPERIMENT.axes[0], EXPERIMENT.pairs[0]
    axes = ((weak, strong.model_copy(update={"style": "great_waves"})),)
    styles = described(EXPERIMENT.model_copy(update={"axes": axes, "pairs": (pair,)}), document, tmp_path)
    expected = itertools.product(("content", "style"), ("tesserae", "great_waves"))
    assert styles.controls("two-arms")["run"].tolist() == [
        f"control-{copied}:chelsea:{style}" for copied, style in expected
    ]


def test_a_comparison_holds_a_point_per_run_and_per_control(document):
    runs, controls = document.runs("two-arms"), document.controls("two-arms")
    (axes,) = scatter(runs, controls, known_metric("C"), known_metric("S")).axes
    points = {marks.get_label(): marks.get_offsets().tolist() for marks in axes.collections}
    assert points == {
        "weak": [[0.1, 0.05], [0.3, 0.15], [0.8, 0.4]],
        "strong": [[0.5, 0.25], [0.9, 0.45], [0.6, 0.3]],
        "content copied": [[0, 0]] * 3,
        "style copied": [[2, 1]] * 3,
    }
    assert axes.get_xlabel().split()[:2] == ["C", "↓"]
    assert axes.get_ylabel().split()[:2] == ["S", "↓"]


def test_about_names_substitutes_and_departures(document):
    text = document.about("two-arms").data
    assert "surrogate weights" in text
    assert "- A known departure." in text
    assert "- 2 evaluations where the source's settings ask for" in text


def test_pictures_say_what_they_are(document):
    assert document.panel("two-arms").data.startswith(b"\xff\xd8")  # a JPEG file
    assert document.panel("two-arms").alt == "Panel of Figure 1: Weak or strong"
    assert document.curves("two-arms").data.startswith(b"\x89PNG")
    assert document.curves("two-arms").alt == "Losses: Weak or strong"


def test_vary_changes_what_it_is_asked_to(document):
    same = document.vary("two-arms", "weak", evaluations=1, size=32, alpha=0.1)
    other = document.vary("two-arms", "weak", evaluations=1, size=32, init="noise")
    left, right = (np.hsplit(np.asarray(picture(each))[60:], 2) for each in (same, other))
    assert np.array_equal(left[0], right[0])
    assert not np.array_equal(left[1], right[1])


def picture(shown) -> Image.Image:
    return Image.open(io.BytesIO(shown.data)).convert("RGB")


@pytest.mark.parametrize(
    ("ask", "complaint"),
    [
        (lambda document: document.panel("three-arms"), "unknown experiment 'three-arms'.*allowed: two-arms"),
        (lambda document: document.scores("two-arms", "Z"), "unknown metric 'Z'; allowed: C"),
        (lambda document: document.compare("two-arms", "C", "Z"), "unknown metric 'Z'; allowed: C"),
        (lambda document: document.vary("two-arms", "none"), "no arm 'none'; allowed: weak, strong"),
        (lambda document: document.vary("two-arms", "weak", alhpa=1), "alhpa: unknown key; allowed: "),
        (lambda document: Document.open("nobody"), "document 'nobody'; allowed: da, jain, nikulin"),
    ],
)
def test_mistakes_are_told(document, ask, complaint):
    with pytest.raises(InputError, match=complaint):
        ask(document)


def test_results_are_found_from_any_folder_of_the_project(document, monkeypatch):
    inner = document.folder / "reports" / "figures"
    monkeypatch.chdir(inner)
    assert Document.open("nikulin").folder == document.folder


def test_without_a_kernel_exploring_is_comparing(document):
    assert document.explore("two-arms", "C", "S").data == document.compare("two-arms", "C", "S").data
    assert (
        document.compare("two-arms", "C", "S", ["weak"]).data != document.compare("two-arms", "C", "S").data
    )


@pytest.mark.parametrize(
    ("ask", "complaint"),
    [
        (lambda document: document.explore("none"), "unknown experiment 'none'"),
        (lambda document: document.explore("two-arms", "none"), "unknown metric 'none'"),
        (
            lambda document: document.slide("two-arms", "weak", "none"),
            "has no arm 'none'; allowed: weak, strong",
        ),
        (
            lambda document: document.slide("two-arms", "weak", "weak"),
            "'weak' stands on both sides; name two arms",
        ),
    ],
)
def test_mistakes_in_exploring_are_told(document, ask, complaint):
    with pytest.raises(InputError, match=complaint):
        ask(document)


def test_panels_are_light_however_large_they_were(tmp_path):
    noise = np.random.default_rng(0).integers(0, 256, (900, 700, 3), dtype=np.uint8)
    Image.fromarray(noise).save(tmp_path / "panel.png")
    data = light_panel(tmp_path / "panel.png", "noise").data
    width, height = Image.open(io.BytesIO(data)).size
    assert HEAVIEST_PANEL / 2 < len(data) <= HEAVIEST_PANEL
    assert width / height == pytest.approx(7 / 9, rel=0.01)


def test_a_thin_line_of_curves_keeps_its_colour(tmp_path):
    curves = np.full((200, 1000, 3), 255, dtype=np.uint8)
    shades = np.random.default_rng(0).integers(0, 256, (100, 1000, 1), dtype=np.uint8)
    curves[:100] = shades * np.array([0, 1, 1], dtype=np.uint8)
    curves[150, :300] = (90, 180, 230)
    Image.fromarray(curves).save(tmp_path / "curves.png")
    shown = Image.open(io.BytesIO(light_curves(tmp_path / "curves.png", "losses").data)).convert("RGB")
    assert np.abs(np.subtract(shown.getpixel((100, 150)), (90, 180, 230))).max() < 20


def test_a_folder_without_results_is_told(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="run snakemake first"):
        Document.open("nikulin")


# What the notebook of claims reads.


@pytest.fixture(scope="module")
def claims(tmp_path_factory) -> Claims:
    """Four made-up claims of two documents, one with a measurement of six pairs."""
    return Claims.open(with_claims(tmp_path_factory.mktemp("project"), CLAIMS))


def with_claims(folder, content):
    """A folder with the results of a pipeline that found `content`."""
    (folder / "results").mkdir()
    (folder / "results" / "claims.json").write_text(json.dumps(content))
    (folder / "results" / "scores.csv").touch()
    return folder


def test_claims_are_counted_by_document_and_verdict(claims):
    counts = claims.counts()
    assert tuple(counts.columns) == tuple(Verdict)
    assert counts.index.tolist() == ["a", "burr", "all"]
    assert counts.to_numpy().tolist() == [[1, 0, 0, 0, 1], [1, 1, 0, 0, 0], [2, 1, 0, 0, 1]]


@pytest.mark.parametrize(
    ("chosen", "ids"),
    [
        ({}, ["a-claim-one", "a-claim-two", "b-claim-one", "b-claim-two"]),
        ({"document": "burr"}, ["b-claim-one", "b-claim-two"]),
        ({"verdict": "supported"}, ["a-claim-one", "b-claim-two"]),
        ({"document": "burr", "verdict": "supported"}, ["b-claim-two"]),
        ({"document": "a", "verdict": "contradicted"}, []),
    ],
)
def test_claims_are_chosen_by_document_and_verdict(claims, chosen, ids):
    shown = claims.table(**chosen)
    assert shown.data.index.tolist() == ids
    assert all(id in shown.to_html() for id in ids)


def test_a_table_says_what_was_found_or_why_nothing_was(claims):
    table = claims.table("a").data
    assert table.loc["a-claim-one", "found"].startswith("“weak” is 20 % below “strong”: median ratio 0.800")
    assert table.loc["a-claim-two", "found"] == "Because of a-claim-two."
    assert table["the document says"].tolist() == ["what a-claim-one says", "what a-claim-two says"]


def test_words_of_documents_are_no_markup(tmp_path):
    entry = claim("x", "supported", quote="a < b & <b>c</b>", reason="<i>")
    own = Claims.open(with_claims(tmp_path, {"claims": [entry]}))
    for html in (own.table().to_html(), own.show("x").data):
        assert "a &lt; b &amp; &lt;b&gt;c&lt;/b&gt;" in html and "<i>" not in html


def test_the_evidence_of_a_claim_is_drawn_with_a_dot_per_pair(claims):
    shown = Page(claims.show("a-claim-one").data)
    circles = [path for path in shown.all("path") if path.get("aria-roledescription") == "circle"]
    assert len(circles) == 6
    assert len(shown.all("svg")) == 1
    assert "what a-claim-one says" in shown.text
    assert not Page(claims.show("a-claim-two").data).all("svg")


def test_a_claim_alone_has_its_styles_and_changes_no_others(claims):
    (styles,) = re.findall(r"<style>(.*?)</style>", claims.show("a-claim-one").data, re.DOTALL)
    assert styles.strip().startswith(".nstbench-claim {")
    depths = list(itertools.accumulate({"{": 1, "}": -1}.get(letter, 0) for letter in styles.strip()))
    assert depths[-1] == 0 and 0 not in depths[depths.index(1) : -1]
    assert ":root" not in styles and "--series-0" in styles


def test_values_are_a_row_per_test_and_pair(claims, tmp_path):
    assert claims.values("a-claim-one")["a"].tolist() == RATIOS
    assert claims.values("a-claim-two").empty
    parts = [{**MEASURED, "says": "one"}, {**MEASURED, "says": "other"}]
    several = Claims.open(with_claims(tmp_path, {"claims": [claim("x", "supported", parts=parts)]}))
    assert several.values("x")["test"].tolist() == ["one"] * 6 + ["other"] * 6


def test_contradictions_say_who_says_what_and_what_stands(claims):
    table = claims.contradictions().data
    assert table.index.tolist() == ["which is stronger"]
    assert table.loc["which is stronger"].tolist() == [
        "1. a: the strong one; 2. burr: the weak one; 3. nobody: neither",
        "position 1",
        "a-claim-one is supported.",
    ]


@pytest.mark.parametrize(
    ("ask", "complaint"),
    [
        (lambda claims: claims.table("nobody"), "unknown document 'nobody'; allowed: a, burr"),
        (lambda claims: claims.table(verdict="true"), "unknown verdict 'true'; allowed: supported, "),
        (lambda claims: claims.show("none"), "unknown claim 'none'"),
        (lambda claims: claims.values("none"), "unknown claim 'none'"),
    ],
)
def test_mistakes_about_claims_are_told(claims, ask, complaint):
    with pytest.raises(InputError, match=complaint):
        ask(claims)


def test_the_notebook_of_claims_runs_in_its_folder_whatever_was_measured(tmp_path, monkeypatch):
    nothing = judge_claims(PROJECT, tmp_path / "nothing")
    folder = with_claims(tmp_path, json.loads(as_json(nothing)))
    (folder / "results" / "notebooks").mkdir(parents=True)
    monkeypatch.chdir(folder / "results" / "notebooks")
    names: dict[str, object] = {}
    for cell in code_cells(OF_CLAIMS.read_text(encoding="utf-8")):
        exec(cell, names)


# Execution in this process.

CELLS = ("value = 6 * 7", "print('said')\nvalue", "object()", "display(value)\nvalue + 1", "%who_ls int")


@pytest.fixture
def run():
    notebook = v4.new_notebook(cells=[v4.new_markdown_cell("# Title"), *map(v4.new_code_cell, CELLS)])
    execute(notebook)
    nbformat.validate(notebook)
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def test_cells_are_executed_as_a_kernel_does(run):
    client = NotebookClient(v4.new_notebook(cells=[v4.new_code_cell(cell.source) for cell in run]))
    client.kernel_name, client.record_timing = "python3", False
    by_kernel = client.execute().cells
    assert [cell.execution_count for cell in run] == [cell.execution_count for cell in by_kernel]
    for own, other in zip(run[:2], by_kernel[:2], strict=True):
        assert own.outputs == other.outputs


def test_results_say_nothing_that_differs_from_run_to_run(run):
    (result,) = run[2].outputs
    assert result.data == {"text/plain": "<object>"}


def test_what_a_cell_displays_comes_before_its_result(run):
    assert [output.output_type for output in run[3].outputs] == ["display_data", "execute_result"]
    assert [output.data["text/plain"] for output in run[3].outputs] == ["42", "43"]
    assert run[4].outputs[0].data["text/plain"] == "['value']"


def test_an_error_of_a_cell_is_raised_as_it_is():
    notebook = v4.new_notebook(cells=[v4.new_code_cell("raise KeyError('nobody')")])
    with pytest.raises(KeyError, match="nobody"):
        execute(notebook)


def test_tables_are_as_wide_whatever_the_terminal(monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    source = "import pandas as pd; pd.DataFrame({f'column number {n}': [1.5] for n in range(9)})"
    notebook = v4.new_notebook(cells=[v4.new_code_cell(source)])
    execute(notebook)
    assert "..." not in notebook.cells[0].outputs[0].data["text/plain"]


# What readers get of an executed notebook.


@pytest.fixture
def executed():
    """As the kernel leaves it."""
    result = v4.new_output("execute_result", {"text/plain": "2"}, execution_count=2)
    drawn = v4.new_output(
        "execute_result",
        {"image/png": "iVBORw0KGgo="},
        execution_count=3,
        metadata={"image/png": {"alt": "a < b"}},
    )
    cells = [
        v4.new_markdown_cell("# Title\n\nWords."),
        v4.new_code_cell("1 + 1", execution_count=2, outputs=[result]),
        v4.new_code_cell("draw()", execution_count=3, outputs=[drawn]),
    ]
    return v4.new_notebook(cells=cells, metadata={"title": "A & B"})


class Page(HTMLParser):
    """Everything that a page refers to, its titles and its folded code."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_data(self, data):
        self.text.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def test_the_page_needs_nothing_but_itself(executed):
    page = Page(notebook_page(executed, "own", ["other", "own"]))
    embedded = [
        a.get("src") or a.get("href") for tag, a in page.tags if tag != "a" and {"src", "href"} & set(a)
    ]
    assert all(address.startswith("data:") for address in embedded)
    assert not any(":" in link["href"] for link in page.all("a"))
    assert not page.all("script")
    assert "A & B" in page.text
    assert [image["alt"] for image in page.all("img")] == ["a < b"]
    assert len(page.all("details")) == 2


def test_a_page_shows_figures_of_the_report_instead_of_smaller_copies(executed):
    executed.cells[2].outputs[0].metadata = {"image/png": {"alt": "losses", "file": "own.curves.png"}}
    drawn = executed.cells[1].outputs[0]
    drawn.data["text/html"] = "<svg><path/></svg><p>It grows &amp; grows.</p>"
    drawn.metadata = {"text/html": {"file": "chart.svg"}}
    page = Page(notebook_page(executed, "own", ["own"]))
    chart, curves = page.all("img")
    assert (chart["src"], chart["alt"]) == ("../figures/chart.svg", "It grows & grows.")
    assert (curves["src"], curves["alt"]) == ("../figures/own.curves.png", "losses")
    assert not page.all("svg") and page.text.count("It grows & grows.") == 1


def test_the_corner_of_a_table_is_no_heading_and_keys_scroll_what_is_wide(executed):
    table = pd.DataFrame({"a": [1]}, index=["b"]).to_html()
    executed.cells[1].outputs[0].data["text/html"] = table
    page = Page(notebook_page(executed, "own", ["own"]))
    assert len(page.all("th")) == table.count("<th>") - 1 == 2
    (output,) = [div for div in page.all("div") if "output_html" in div.get("class", "")]
    assert output["tabindex"] == "0"


def test_a_page_leads_to_the_report_to_other_notebooks_and_to_its_sections(executed):
    section = v4.new_markdown_cell(
        "## A < B\n\n[figure](../../reports/figures/nikulin-fig2.html)", id="nikulin-fig2-text"
    )
    executed.cells.append(section)
    page = Page(notebook_page(executed, "own", ["other", "own"]))
    links = {link["href"]: link for link in page.all("a")}
    assert {"../index.html", "../claims.html", "../figures/nikulin-fig2.html", "other.html"} <= set(links)
    assert links["own.html"]["aria-current"] == "page" and "aria-current" not in links["other.html"]
    assert [href for href in links if href.startswith("#")] == ["#nikulin-fig2-text"]
    assert {"id": "nikulin-fig2-text"} in page.all("span")
    assert page.text.count("A < B") == 2


# The notebook of the library.


def test_the_notebook_of_the_library_runs_without_results_and_its_loss_descends(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    notebook = nbformat.read(OF_LIBRARY, 4)
    execute(notebook)
    nbformat.validate(notebook)
    assert len(nbformat.writes(notebook)) < 1_000_000
    assert list(tmp_path.iterdir()) == []
    cells = {cell.id: cell for cell in notebook.cells}
    of_style, of_content = cells["check"].outputs[0].text.splitlines()
    assert of_style == "style 0.0" and float(of_content.split()[1]) > 1
    losses = [float(line.split()[-1]) for line in cells["descent"].outputs[0].text.splitlines()]
    assert losses[-1] < losses[0] / 5


def test_pictures_of_cells_are_written_in_base64():
    notebook = v4.new_notebook(
        cells=[v4.new_code_cell("import PIL.Image\nPIL.Image.new('RGB', (3, 2), 'red')")]
    )
    execute(notebook)
    nbformat.validate(notebook)
    shown = base64.b64decode(notebook.cells[0].outputs[0].data["image/png"])
    assert Image.open(io.BytesIO(shown)).size == (3, 2)
