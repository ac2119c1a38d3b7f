"""The experiments of one document, shown in its notebook."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any, Self

import pandas as pd
from IPython.display import HTML, Image, Markdown
from pandas.io.formats.style import Styler

from nstbench.charts.writing import drawing_file, facts_file
from nstbench.core.errors import InputError
from nstbench.images.manifest import Manifest, load_manifest
from nstbench.images.reading import read_picture
from nstbench.metrics import metrics, shown_metrics
from nstbench.pipeline.experiment import Experiment, Pair, short_name
from nstbench.pipeline.finished import FinishedRun
from nstbench.pipeline.plan import PlannedRun, load_experiments
from nstbench.pipeline.profile import Profile
from nstbench.pipeline.project import CHECKOUT
from nstbench.pipeline.seals import whole
from nstbench.pipeline.specification import RunSpecification
from nstbench.pipeline.tables import control_id
from nstbench.pipeline.usage import distinct, substitutions, usage_lines
from nstbench.report.figures.drawings import rendered
from nstbench.report.figures.files import curves_file, panel_file, record_file
from nstbench.report.figures.pair_results import PairResults, results_by_pair
from nstbench.report.notebook.glossary import heading, known_metric
from nstbench.report.notebook.images import drawing, light_curves, light_panel, photograph
from nstbench.report.notebook.results import folder_with_results
from nstbench.report.notebook.scatter import scatter
from nstbench.report.notebook.tables import bullets, plain, shaded
from nstbench.report.notebook.variation import side_by_side, varied
from nstbench.report.notebook.widgets import menus, slider
from nstbench.report.tables.scores import CONTROLS, read_scores


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
        own = {entry.id: entry for entry in every if short_name(entry.source.document) == name}
        if not own:
            allowed = sorted({short_name(entry.source.document) for entry in every})
            raise InputError(f"no experiment of a document {name!r}; allowed: {', '.join(allowed)}")
        title = next(iter(own.values())).source.document
        return cls(title, own, manifest, folder or folder_with_results())

    def about(self, id: str) -> Markdown:
        """What an experiment asks, what it was made with, and how it differs from the document."""
        experiment, pairs = self._experiment(id), self._pairs(id)
        runs = [run for pair in pairs for run in pair.runs]
        used = " · ".join(usage_lines(runs, pairs[0].profile, self.manifest))
        differences = [*substitutions(experiment, runs, self.manifest), *experiment.deviations] or ["None."]
        return Markdown(
            f"> {plain(experiment.question)}\n\n{plain(experiment.settings_note)}\n\n"
            f"**Made with** {plain(used)}.\n\n"
            f"**Differences from the source**\n\n{bullets(differences)}\n\n"
            f"[{plain(experiment.source.figure)} in the report](../../reports/figures/{id}.html)"
        )

    def panel(self, id: str, pair: int = 1) -> Image:
        """The panel of an experiment's pair, counted from 1, in small: ten whole ones are heavy to open."""
        experiment = self._experiment(id)
        file = panel_file(self.folder / "reports", id, pair)
        return light_panel(file, f"Panel of {experiment.source.figure}: {experiment.title}")

    def curves(self, id: str) -> Image:
        """The losses of an experiment's first pair by evaluation."""
        title = f"Losses: {self._experiment(id).title}"
        return light_curves(whole(curves_file(self.folder / "reports", id)), title)

    def chart(self, id: str) -> HTML:
        """A chart's drawing, and in sentences what its numbers say; a page shows the drawing's file."""
        reports = self.folder / "reports"
        file = drawing_file(reports, id)
        svg = whole(file).read_text(encoding="utf-8")
        facts = json.loads(whole(facts_file(reports, id)).read_text(encoding="utf-8"))
        said = [" ".join(facts["findings"])]
        if facts["weights"]:
            used = ", ".join([*facts["weights"], f"{facts['size']} px"])
            said.append(f"Measured with {used}.")
        paragraphs = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in said)
        return HTML(svg[svg.index("<svg") :] + paragraphs, metadata={"file": file.name})

    def runs(self, id: str) -> pd.DataFrame:
        """One row per run: what was made, what it cost, its final loss, and a column for every metric."""
        rows = [
            {
                "run": run.planned.run.id,
                "content": run.planned.run.content,
                "style": run.planned.run.style,
                "arm": run.planned.arm.caption,
                "seed": run.planned.run.seed,
                "canonical_ratio": run.canonical_ratio,
                "evaluations": run.record["evaluations"],
                "seconds": run.record["seconds"],
                "loss": run.record["final_losses"]["total"],
            }
            for run in self._runs(id)
        ]
        return pd.DataFrame(rows).join(self._measured(id), on="run")

    def controls(self, id: str) -> pd.DataFrame:
        """One row per control and pair, content or style handed back unchanged, with every metric."""
        rows = [
            {"run": control, "arm": caption}
            for copied, caption in CONTROLS.items()
            for control in distinct(control_id(copied, run.planned.run) for run in self._runs(id))
        ]
        return pd.DataFrame(rows).join(self._measured(id), on="run")

    def scores(self, id: str, *names: str) -> Styler:
        """Medians of metrics by arm, above the two controls that give them a scale.

        `names` are ids of metrics, the main ones when there are none. The numbers are in `.data` of what is
        returned.
        """
        truth = any(run.planned.truth for run in self._runs(id))
        main = [metric for metric in shown_metrics(truth) if metric.main]
        chosen = [known_metric(name) for name in names] or main
        everything = pd.concat([self.runs(id), self.controls(id)])
        medians = everything.groupby("arm", sort=False)[[metric.id for metric in chosen]].median()
        headed = medians.rename(columns={metric.id: heading(metric) for metric in chosen})
        return shaded(headed, id, CONTROLS.values())

    def compare(self, id: str, x: str, y: str, arms: Collection[str] = ()) -> Image:
        """Every run of an experiment in the plane of two metrics, marked by arm; the controls are grey.

        `arms` are captions of those to show; all when there are none.
        """
        across, up = known_metric(x), known_metric(y)
        title = f"{up.title} against {across.title}: {self._experiment(id).title}"
        runs = self.runs(id)
        chosen = runs[runs["arm"].isin(list(arms) or runs["arm"])]
        return drawing(scatter(chosen, self.controls(id), across, up), title)

    def explore(self, id: str, x: str = "C_lite", y: str = "S_lite") -> Any:
        """Menus for a figure, its arms and two metrics, above the comparison that `compare` draws.

        They start with `id`, `x` and `y`. Where no kernel answers, as on a page, it is that comparison.
        """
        self._experiment(id)
        figures = {
            each.id: tuple(distinct(arm.caption for arm in each.arms)) for each in self.experiments.values()
        }
        titles = {metric.id: metric.title for metric in shown_metrics(truth=False)}
        return menus(figures, id, titles, known_metric(x).id, known_metric(y).id, self.compare)

    def slide(self, id: str, left: str, right: str) -> Any:
        """Two arms of an experiment's first pair under a slider; side by side where no kernel answers.

        `left` and `right` are ids in the experiment file.
        """
        chosen = [self._arm(id, arm) for arm in (left, right)]
        if left == right:
            raise InputError(f"{id}: {left!r} stands on both sides; name two arms")
        return slider(
            {
                f"{arm}: {run.planned.arm.caption}": read_picture(run.image)
                for arm, run in zip((left, right), chosen, strict=True)
            }
        )

    def vary(self, id: str, arm: str, evaluations: int = 20, size: int = 96, **settings: Any) -> Image:
        """An arm of an experiment beside the same with `settings` changed, both small and newly made.

        `arm` is an id in the experiment file; `settings` are the method's. InputError on an unknown one.
        """
        experiment, run = self._experiment(id), self._arm(id, arm)
        folder = self.folder / "results" / "pictures"
        usual = experiment.method_of(run.planned.arm).known({"evaluations": evaluations})
        title = ", ".join(f"{name} = {value}" for name, value in settings.items())
        pictures = {
            run.planned.arm.caption: varied(experiment, run, size, usual, folder),
            title: varied(experiment, run, size, usual | settings, folder),
        }
        return photograph(rendered(side_by_side(pictures)), " beside ".join(pictures), retina=True)

    def _experiment(self, id: str) -> Experiment:
        if id not in self.experiments:
            allowed = ", ".join(self.experiments)
            raise InputError(f"unknown experiment {id!r} of {self.title}; allowed: {allowed}")
        return self.experiments[id]

    def _arm(self, id: str, arm: str) -> FinishedRun:
        """The run that stands for an arm in the panel of the first pair; InputError on an unknown one."""
        shown = self._pairs(id)[0].shown
        if arm not in shown:
            raise InputError(f"{id} has no arm {arm!r}; allowed: {', '.join(shown)}")
        return shown[arm]

    def _pairs(self, id: str) -> list[PairResults]:
        """The runs that the figure was drawn from, as the file beside it lists them."""
        experiment = self._experiment(id)
        arms = {arm.id: arm for arm in experiment.arms}
        file = record_file(self.folder / "reports", id)
        try:
            recorded = json.loads(whole(file).read_text(encoding="utf-8"))
            planned = [
                PlannedRun(
                    experiment.id,
                    Pair.model_validate(tile["pair"]),
                    arms[tile["arm"]],
                    RunSpecification.model_validate(tile["settings"]),
                    tile["truth"],
                )
                for tile in recorded["tiles"]
            ]
        except (OSError, ValueError, KeyError) as error:
            raise InputError(f"{file} does not describe a figure of {id}; run snakemake again") from error
        profile = Profile.model_validate(recorded["profile"])
        return results_by_pair(experiment, planned, profile, self.manifest, self.folder / "results")

    def _runs(self, id: str) -> list[FinishedRun]:
        return [run for pair in self._pairs(id) for run in pair.runs]

    def _measured(self, id: str) -> pd.DataFrame:
        """A row per run or control of an experiment, a column per metric."""
        scores = read_scores(self.folder / "results" / "scores.csv")
        own = scores[scores["experiment"] == id]
        return own.pivot(index="run", columns="metric", values="value").reindex(columns=list(metrics()))
