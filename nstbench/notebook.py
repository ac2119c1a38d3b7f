"""What the notebooks share: results of a document, and all claims, read from files of a finished pipeline.

Only `Document.vary` makes new pictures; nothing else imports torch.
"""

import io
import itertools
import json
import tempfile
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any, Self

import matplotlib
import pandas as pd
import PIL.Image
from IPython.display import HTML, Image, Markdown
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from pandas.io.formats.style import Styler

from nstbench.errors import InputError
from nstbench.experiments.experiment import Experiment, Pair
from nstbench.experiments.family import family
from nstbench.experiments.finished import FinishedRun
from nstbench.experiments.plan import PlannedRun, load_experiments
from nstbench.experiments.profile import Profile
from nstbench.experiments.project import CHECKOUT
from nstbench.experiments.specification import RunSpecification
from nstbench.experiments.tables import control_id
from nstbench.images.manifest import Manifest, load_manifest
from nstbench.images.pictures import load_picture, read_picture
from nstbench.methods.base import Task
from nstbench.metrics import metrics, shown_metrics
from nstbench.metrics.base import Metric
from nstbench.reporting.chart import drawing_file, facts_file
from nstbench.reporting.chart_style import COLOURS, TYPOGRAPHY
from nstbench.reporting.curves import save_curves
from nstbench.reporting.exhibit import Exhibit, exhibits
from nstbench.reporting.figure import panel_file
from nstbench.reporting.pages import site_environment
from nstbench.reporting.quantities import NO_BREAK, number
from nstbench.reporting.score_table import ARROWS, CONTROLS, read_scores
from nstbench.reporting.usage import distinct, substitutions, usage_lines
from nstbench.reporting.verdicts.records import VERDICTS, Claim, Verdicts, read_verdicts
from nstbench.reporting.verdicts.tables import (
    claims_table,
    contradictions_table,
    counts_table,
    document_of,
    documents_of,
    values_table,
)

MARKS = list(itertools.product("os^", COLOURS))
CONTROL_MARKS = dict(zip(CONTROLS.values(), [("X", "#8c8a84"), ("P", "#8c8a84")], strict=True))
WIDEST_PANEL = 1200  # Pixels; a page shows 1000.
SHARP = 200  # Dots per inch of drawings, shown at half their size.
DRAWING_COLOURS = 128
ITALIC = "font-style: italic"
TABLE_STYLES: Any = [
    {"selector": "th.row_heading", "props": "font-weight: normal; text-align: left"},
    {"selector": "caption", "props": "caption-side: bottom; text-align: left"},
]
TEXT_STYLES: Any = [
    {
        "selector": "th.col_heading, th.row_heading, td",
        "props": "text-align: left; vertical-align: top; white-space: normal",
    },
]
SHADES = LinearSegmentedColormap.from_list("shades", ["#ffffff", "#bcd8ea"])


@dataclass(frozen=True)
class Document:
    """The experiments of one document, and the folder that holds their results/ and reports/."""

    title: str
    experiments: Mapping[str, Experiment]
    manifest: Manifest
    folder: Path

    @classmethod
    def open(cls, name: str, folder: Path | None = None) -> Self:
        """The document whose first author is `name`, as in the name of its notebook.

        Without `folder`, results are looked for in the working folder and upwards from it. InputError when
        no experiment belongs to `name`, or when there are no results.
        """
        manifest = load_manifest(CHECKOUT / "data" / "images.yaml")
        every = load_experiments(CHECKOUT / "config" / "experiments", manifest)
        own = {entry.id: entry for entry in every if family(entry.source.document) == name}
        if not own:
            allowed = sorted({family(entry.source.document) for entry in every})
            raise InputError(f"no experiment of a document {name!r}; allowed: {', '.join(allowed)}")
        title = next(iter(own.values())).source.document
        return cls(title, own, manifest, folder or _folder_with_results())

    def about(self, id: str) -> Markdown:
        """What an experiment asks, what it was made with, and where it departs from the document."""
        experiment, figures = self._experiment(id), self._exhibits(id)
        runs = _runs(figures)
        used = " · ".join(usage_lines(runs, figures[0].profile, self.manifest))
        departures = [*substitutions(experiment, runs, self.manifest), *experiment.deviations] or ["None."]
        return Markdown(
            f"> {experiment.question}\n\n{experiment.settings_note}\n\n**Made with** {used}.\n\n"
            f"**Departures from the source**\n\n{_list(departures)}"
        )

    def panel(self, id: str, pair: int = 1) -> Image:
        """The panel of an experiment's pair, counted from 1; as JPEG, because ten PNGs are heavy to open."""
        experiment = self._experiment(id)
        panel = read_picture(panel_file(self.folder / "reports", id, pair))
        panel.thumbnail((WIDEST_PANEL, panel.height), PIL.Image.Resampling.LANCZOS)
        return _photograph(panel, f"Panel of {experiment.source.figure}: {experiment.title}")

    def curves(self, id: str) -> Image:
        """The losses of an experiment's first pair by evaluation."""
        with tempfile.TemporaryDirectory() as folder, matplotlib.rc_context({"savefig.dpi": SHARP}):
            file = Path(folder) / "curves.png"
            save_curves(self._exhibits(id)[0], file)
            return _image(file.read_bytes(), f"Losses: {self._experiment(id).title}")

    def chart(self, id: str) -> HTML:
        """A chart's drawing, and in sentences what its numbers say."""
        reports = self.folder / "reports"
        drawing = drawing_file(reports, id).read_text(encoding="utf-8")
        facts = json.loads(facts_file(reports, id).read_text(encoding="utf-8"))
        said = [" ".join(facts["findings"])]
        if facts["weights"]:
            used = ", ".join([*facts["weights"], f"{facts['profile']['size']} px"])
            said.append(f"Measured with {used}.")
        paragraphs = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in said)
        return HTML(drawing[drawing.index("<svg") :] + paragraphs)

    def runs(self, id: str) -> pd.DataFrame:
        """One row per run: what was made, what it cost, its final loss, and a column for every metric."""
        return pd.DataFrame(map(_row, _runs(self._exhibits(id)))).join(self._measured(id), on="run")

    def controls(self, id: str) -> pd.DataFrame:
        """One row per control and pair, content or style handed back unchanged, with every metric."""
        runs = [run.planned.run for run in _runs(self._exhibits(id))]
        rows = [
            {"run": control, "arm": caption}
            for copied, caption in CONTROLS.items()
            for control in distinct(control_id(copied, run) for run in runs)
        ]
        return pd.DataFrame(rows).join(self._measured(id), on="run")

    def scores(self, id: str, *names: str) -> Styler:
        """Medians of metrics by arm, above the two controls that give them a scale.

        `names` are ids of metrics, the main ones when there are none. The numbers are in `.data` of what is
        returned.
        """
        chosen = [_metric(name) for name in names] or self._main_metrics(id)
        everything = pd.concat([self.runs(id), self.controls(id)])
        medians = everything.groupby("arm", sort=False)[[each.id for each in chosen]].median()
        return _styled(medians.rename(columns={each.id: _heading(each) for each in chosen}), id)

    def compare(self, id: str, x: str, y: str) -> Image:
        """Every run of an experiment in the plane of two metrics, marked by arm; the controls are grey."""
        across, up = _metric(x), _metric(y)
        drawn = _scatter(self.runs(id), self.controls(id), across, up)
        return _image(drawn, f"{up.title} against {across.title}: {self._experiment(id).title}")

    def vary(self, id: str, arm: str, evaluations: int = 20, size: int = 96, **settings: Any) -> Image:
        """An arm of an experiment beside the same with `settings` changed, both small and newly made.

        `arm` is an id in the experiment file; `settings` are the method's. InputError on an unknown one.
        """
        shown = self._exhibits(id)[0].shown
        if arm not in shown:
            raise InputError(f"{id} has no arm {arm!r}; allowed: {', '.join(shown)}")
        recipe = self._experiment(id).method_of(shown[arm].planned.arm)
        usual = recipe.known({"evaluations": evaluations})
        title = ", ".join(f"{name} = {value}" for name, value in settings.items())
        pictures = {
            shown[arm].planned.arm.caption: self._made(id, shown[arm], size, usual),
            title: self._made(id, shown[arm], size, usual | settings),
        }
        with PIL.Image.open(io.BytesIO(_side_by_side(pictures))) as drawn:
            return _photograph(drawn.convert("RGB"), " beside ".join(pictures), retina=True)

    def _experiment(self, id: str) -> Experiment:
        if id not in self.experiments:
            allowed = ", ".join(self.experiments)
            raise InputError(f"unknown experiment {id!r} of {self.title}; allowed: {allowed}")
        return self.experiments[id]

    def _exhibits(self, id: str) -> list[Exhibit]:
        """The runs that the figure was drawn from, as the file beside it lists them."""
        experiment = self._experiment(id)
        file = self.folder / "reports" / "figures" / f"{id}.json"
        try:
            sidecar = json.loads(file.read_text(encoding="utf-8"))
            planned = [_planned(experiment, tile) for tile in sidecar["tiles"]]
        except (OSError, ValueError, KeyError) as error:
            raise InputError(f"{file} does not describe a figure of {id}; run snakemake again") from error
        profile = Profile.model_validate(sidecar["profile"])
        return exhibits(experiment, planned, profile, self.manifest, self.folder / "results")

    def _main_metrics(self, id: str) -> list[Metric]:
        truth = any(run.planned.truth for run in _runs(self._exhibits(id)))
        return [each for each in shown_metrics(truth) if each.main]

    def _measured(self, id: str) -> pd.DataFrame:
        """A row per run or control of an experiment, a column per metric."""
        scores = read_scores(self.folder / "results" / "scores.csv")
        own = scores[scores["experiment"] == id]
        return own.pivot(index="run", columns="metric", values="value").reindex(columns=list(metrics()))

    def _made(self, id: str, shown: FinishedRun, size: int, changes: Mapping[str, Any]) -> PIL.Image.Image:
        """A picture of `size` pixels like `shown`, with the settings in `changes`."""
        from nstbench.images.tensors import to_picture, to_tensor

        experiment, run = self._experiment(id), shown.planned.run
        arm = shown.planned.arm
        recipe = experiment.method_of(arm)
        hardware = recipe.hardware()
        settings = experiment.settings_of(arm, shortened=True)
        parameters = experiment.configure(arm, {**settings, **changes})
        files = [self.folder / "results" / "pictures" / f"{name}.png" for name in (run.content, run.style)]
        content, style = (
            to_tensor(load_picture(file, size, square=True)).to(hardware.device) for file in files
        )
        return to_picture(recipe.transfer(Task(content, style, parameters, run.seed, hardware)).image)


@dataclass(frozen=True)
class Claims:
    """What became of every claim of the documents, as results/claims.json tells it."""

    verdicts: Verdicts

    @classmethod
    def open(cls, folder: Path | None = None) -> Self:
        """Without `folder`, results are looked for as in `Document.open`; InputError when there are none."""
        return cls(read_verdicts((folder or _folder_with_results()) / "results" / "claims.json"))

    def counts(self) -> pd.DataFrame:
        """How many claims have which verdict: a row per document, by its short name."""
        return counts_table(self.verdicts.claims)

    def table(self, document: str | None = None, verdict: str | None = None) -> Styler:
        """A row per claim: those of one document and of one verdict, where they are named.

        The rows are in `.data` of what is returned. InputError on an unknown name.
        """
        claims = self.verdicts.claims
        _expect("document", document, documents_of(claims))
        _expect("verdict", verdict, VERDICTS)
        chosen = [
            claim
            for claim in claims
            if document in (None, document_of(claim)) and verdict in (None, claim.verdict)
        ]
        return _worded(claims_table(chosen), f"{document}-{verdict}")

    def show(self, id: str) -> HTML:
        """A claim with its evidence: a dot per pair, median and interval, and the side that is claimed."""
        template = site_environment().get_template("claim_alone.html.j2")
        return HTML(template.render(claim=self._claim(id)))

    def values(self, id: str) -> pd.DataFrame:
        """What the verdict of a claim rests on: a row per test and pair."""
        return values_table(self._claim(id))

    def contradictions(self) -> Styler:
        """Where the documents cannot all be right, and which position stands."""
        return _worded(contradictions_table(self.verdicts.contradictions), "contradictions")

    def _claim(self, id: str) -> Claim:
        found = {claim.id: claim for claim in self.verdicts.claims}.get(id)
        if found is None:
            raise InputError(f"unknown claim {id!r}; table() lists all of them")
        return found


def glossary() -> Markdown:
    """The metrics that `Document.scores` shows: what each is called and how it is measured."""
    main = [each for each in metrics().values() if each.main]
    return Markdown(_list(f"**{_heading(each)}** {each.title}: {each.definition}" for each in main))


def _list(entries: Iterable[str]) -> str:
    return "\n".join(f"- {entry}" for entry in entries)


def _folder_with_results() -> Path:
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / "results" / "scores.csv").is_file():
            return folder
    raise InputError(f"no results/scores.csv in {here} or above it; run snakemake first")


def _planned(experiment: Experiment, tile: Mapping[str, Any]) -> PlannedRun:
    arms = {arm.id: arm for arm in experiment.arms}
    run = RunSpecification.model_validate(tile["settings"])
    pair = Pair.model_validate(tile["pair"])
    return PlannedRun(experiment.id, pair, arms[tile["arm"]], run, tile["truth"])


def _runs(figures: list[Exhibit]) -> list[FinishedRun]:
    return [run for exhibit in figures for run in exhibit.runs]


def _row(finished: FinishedRun) -> dict[str, Any]:
    run, record = finished.planned.run, finished.record
    return {
        "run": run.id,
        "content": run.content,
        "style": run.style,
        "arm": finished.planned.arm.caption,
        "seed": run.seed,
        "canonical_ratio": finished.canonical_ratio,
        "evaluations": record["evaluations"],
        "seconds": record["seconds"],
        "loss": record["final_losses"]["total"],
    }


def _metric(name: str) -> Metric:
    known = metrics()
    if name not in known:
        raise InputError(f"unknown metric {name!r}; allowed: {', '.join(known)}")
    return known[name]


def _heading(metric: Metric) -> str:
    return f"{metric.id}{NO_BREAK}{ARROWS[metric.better]}"


def _expect(what: str, name: str | None, allowed: Sequence[str]) -> None:
    if name not in (None, *allowed):
        raise InputError(f"unknown {what} {name!r}; allowed: {', '.join(allowed)}")


def _worded(table: pd.DataFrame, name: str) -> Styler:
    """A table of sentences, which may take several lines."""
    return table.style.set_uuid(name.replace(" ", "-")).format(escape="html").set_table_styles(TEXT_STYLES)


def _styled(table: pd.DataFrame, name: str) -> Styler:
    """Each column shaded between its least and its greatest value, the controls in italics."""
    controls = table.index.intersection(list(CONTROL_MARKS))
    measured = table.columns[table.notna().any()]
    return (
        table.rename_axis(None)
        .style.set_uuid(name)
        .format(number)  # type: ignore[arg-type]  # every cell is a float
        .background_gradient(SHADES, subset=measured)
        .map(lambda value: ITALIC, subset=(controls, table.columns))
        .map_index(lambda line: ITALIC if line in controls else "")
        .set_table_styles(TABLE_STYLES)
        .set_caption("↓ lower is better, ↑ higher is better; the two controls give the scale.")
    )


def _scatter(runs: pd.DataFrame, controls: pd.DataFrame, across: Metric, up: Metric) -> bytes:
    arms = dict(zip(runs["arm"].unique(), itertools.cycle(MARKS), strict=False))
    points = pd.concat([runs, controls])
    with matplotlib.rc_context(TYPOGRAPHY):
        figure = Figure(figsize=(8.0, 4.0), layout="constrained")
        axes = figure.subplots()
        for line, (mark, colour) in (arms | CONTROL_MARKS).items():
            own = points[points["arm"] == line]
            axes.scatter(own[across.id], own[up.id], s=46, marker=mark, color=colour, label=line, zorder=2)
        axes.set_xlabel(_axis_title(across))
        axes.set_ylabel(_axis_title(up))
        axes.grid()
        figure.legend(loc="outside right upper", frameon=False)
        return _png(figure)


def _axis_title(metric: Metric) -> str:
    return f"{_heading(metric)}\n{textwrap.fill(metric.title, 46)}"


def _side_by_side(pictures: Mapping[str, PIL.Image.Image]) -> bytes:
    with matplotlib.rc_context(TYPOGRAPHY):
        figure = Figure(figsize=(7.0, 3.8), layout="constrained")
        for axes, (title, picture) in zip(figure.subplots(1, 2), pictures.items(), strict=True):
            axes.imshow(picture, interpolation="bicubic")
            axes.set_title(title, loc="left")
            axes.set_axis_off()
        return _png(figure)


def _png(figure: Figure) -> bytes:
    drawn = io.BytesIO()
    figure.savefig(drawn, format="png", dpi=SHARP)
    return drawn.getvalue()


def _image(png: bytes, alt: str) -> Image:
    """A drawing, in as many colours as lines and letters need, which makes it a quarter as heavy.

    No SVG, which JupyterLab hides in a notebook that the user has not run.
    """
    reduced = io.BytesIO()
    with PIL.Image.open(io.BytesIO(png)) as drawn:
        palette = drawn.convert("RGB").quantize(DRAWING_COLOURS, dither=PIL.Image.Dither.NONE)
        palette.save(reduced, "PNG", optimize=True)
    return Image(reduced.getvalue(), format="png", retina=True, alt=alt)


def _photograph(picture: PIL.Image.Image, alt: str, retina: bool = False) -> Image:
    data = io.BytesIO()
    picture.save(data, "JPEG", quality=80)
    return Image(data.getvalue(), format="jpeg", retina=retina, alt=alt)
