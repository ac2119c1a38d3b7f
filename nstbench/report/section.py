"""What the site says of one experiment, ready for the template."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from nstbench.pipeline.experiment import Experiment
from nstbench.pipeline.usage import substitutions, usage, usage_lines
from nstbench.report.addresses import command, relative
from nstbench.report.comparison import ComparisonTable, comparison_tables
from nstbench.report.exhibit import Exhibit
from nstbench.report.figure import thumbnail_file
from nstbench.report.panel_tiles import TiledPanel, tiled_panel
from nstbench.report.score_table import ScoreTable, score_table
from nstbench.report.specification import Specification, specifications
from nstbench.report.svg.curves import LossPlot, legend, loss_plots
from nstbench.report.svg.plane import Plane, content_style_plane
from nstbench.report.svg.series import Series


@dataclass(frozen=True)
class Section:
    """One experiment; `thumbnail` is an address on the index, the others are on the experiment's page."""

    experiment: Experiment
    panels: list[TiledPanel]
    thumbnail: str
    plots: list[LossPlot]
    legend: list[Series]
    plane: Plane | None
    used: dict[str, str]
    used_lines: list[str]
    substitutions: list[str]
    comparisons: list[ComparisonTable]
    table: ScoreTable
    specifications: list[Specification]
    command: str
    template: str = "experiment.html.j2"

    @property
    def entry(self) -> Experiment:
        return self.experiment

    @property
    def departures(self) -> list[str]:
        return [*self.substitutions, *self.experiment.deviations]


def make_section(figures: Sequence[Exhibit], scores: pd.DataFrame, reports: Path) -> Section:
    """The section of the experiment that `figures` belong to."""
    experiment, profile, manifest = figures[0].experiment, figures[0].profile, figures[0].manifest
    runs = [run for exhibit in figures for run in exhibit.runs]
    return Section(
        experiment=experiment,
        panels=[tiled_panel(exhibit, number, reports) for number, exhibit in enumerate(figures, 1)],
        thumbnail=relative(thumbnail_file(reports, experiment.id), reports),
        plots=loss_plots(figures[0]),
        legend=legend(figures[0]),
        plane=content_style_plane(runs, scores),
        used=usage(runs, profile),
        used_lines=usage_lines(runs, profile, manifest),
        substitutions=substitutions(experiment, runs, manifest),
        comparisons=comparison_tables(figures),
        table=score_table(runs, scores),
        specifications=specifications(runs, figures[0].results),
        command=command(f"reports/figures/{experiment.id}.png", profile),
    )
