"""What the page says of one experiment, ready for the template."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from nstbench.experiments.experiment import IMAGE_TILES, Experiment, arm_and_snapshot
from nstbench.images.pictures import read_picture
from nstbench.reporting.addresses import command, relative
from nstbench.reporting.comparison import ComparisonTable, comparison_tables
from nstbench.reporting.exhibit import Exhibit
from nstbench.reporting.figure import curves_file, panel_file, thumbnail_file
from nstbench.reporting.score_table import ScoreTable, score_table
from nstbench.reporting.tiles import caption_and_note
from nstbench.reporting.usage import distinct, substitutions, usage, usage_lines


@dataclass(frozen=True)
class PanelImage:
    """A panel as the page shows it; `address` is relative to the page."""

    address: str
    width: int
    height: int
    description: str


@dataclass(frozen=True)
class Section:
    """One experiment on the page."""

    experiment: Experiment
    panels: list[PanelImage]
    thumbnail: str
    curves: str
    used: dict[str, str]
    used_lines: list[str]
    substitutions: list[str]
    comparisons: list[ComparisonTable]
    table: ScoreTable
    runs: str
    command: str
    template: str = "experiment.html.j2"

    @property
    def entry(self) -> Experiment:
        return self.experiment


def make_section(figures: Sequence[Exhibit], scores: pd.DataFrame, reports: Path) -> Section:
    """The section of the experiment that `figures` belong to; InputError when its panel is not drawn yet."""
    experiment, profile, manifest = figures[0].experiment, figures[0].profile, figures[0].manifest
    runs = [run for exhibit in figures for run in exhibit.runs]
    return Section(
        experiment=experiment,
        panels=[_panel(exhibit, number, reports) for number, exhibit in enumerate(figures, 1)],
        thumbnail=relative(thumbnail_file(reports, experiment.id), reports),
        curves=relative(curves_file(reports, experiment.id), reports),
        used=usage(runs, profile),
        used_lines=usage_lines(runs, profile, manifest),
        substitutions=substitutions(experiment, runs, manifest),
        comparisons=comparison_tables(figures),
        table=score_table(runs, scores),
        runs=relative(figures[0].results / "runs", reports),
        command=command(f"reports/figures/{experiment.id}.png", profile),
    )


def _panel(exhibit: Exhibit, number: int, reports: Path) -> PanelImage:
    file = panel_file(reports, exhibit.experiment.id, number)
    width, height = read_picture(file).size
    return PanelImage(relative(file, reports), width, height, _description(exhibit))


def _description(exhibit: Exhibit) -> str:
    """What the panel shows, for who cannot see it."""
    first = exhibit.runs[0].planned.run
    tiles = itertools.chain.from_iterable(exhibit.experiment.panel.rows)
    named = [arm_and_snapshot(tile) for tile in tiles if tile and tile not in IMAGE_TILES]
    shown = [(exhibit.shown[arm], snapshot) for arm, snapshot in named]
    captions = [", ".join(filter(None, caption_and_note(run, snapshot))) for run, snapshot in shown]
    styles = ", ".join(distinct(exhibit.manifest[run.planned.run.style].title for run, _ in shown))
    return f"{exhibit.manifest[first.content].title} in the style of {styles}: {'; '.join(captions)}."
