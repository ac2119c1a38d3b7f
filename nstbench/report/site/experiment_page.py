"""The page of an experiment: its panels, curves, tables and records, ready for the template."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from nstbench.core.strict_json import to_json
from nstbench.pipeline.experiment import Experiment
from nstbench.pipeline.usage import substitutions, usage, usage_lines
from nstbench.report.figures.files import panel_file, thumbnail_file
from nstbench.report.figures.pair_results import PairResults
from nstbench.report.figures.tiles import Tile, pair_title, panel_description, panel_tiles
from nstbench.report.site.addresses import relative, snakemake_command
from nstbench.report.site.scrubber import Scrubber, make_scrubber
from nstbench.report.site.stylize_command import stylize_command
from nstbench.report.site.vega.content_style import ContentStylePlot, content_style_plot
from nstbench.report.site.vega.loss_curves import LossPlot, loss_plots
from nstbench.report.tables.comparisons import ComparisonTable, comparison_tables
from nstbench.report.tables.scores import ScoreTable, score_table


@dataclass(frozen=True)
class PanelRow:
    """Tiles side by side; None leaves a gap."""

    title: str
    tiles: list[Tile | None]


@dataclass(frozen=True)
class PagePanel:
    """The panel of one pair, its tiles one by one; `file`, beside the page, has it as one picture."""

    title: str
    description: str
    rows: list[PanelRow]
    file: str

    @property
    def columns(self) -> int:
        """How many tiles the widest row has."""
        return max(len(row.tiles) for row in self.rows)

    @property
    def tiles(self) -> list[Tile]:
        """Each once, in the order of the panel."""
        shown = (tile for row in self.rows for tile in row.tiles if tile)
        return list({tile.name: tile for tile in shown}.values())


@dataclass(frozen=True)
class RunRecord:
    """The record of one run; `command` makes its picture alone, where a command can."""

    run: str
    title: str
    record: str
    command: str | None


@dataclass(frozen=True)
class ExperimentPage:
    """One experiment; `thumbnail` is an address on the first page, the others are on the experiment's."""

    entry: Experiment
    panels: list[PagePanel]
    thumbnail: str
    loss_plots: list[LossPlot]
    legend: list[str]
    content_style: ContentStylePlot | None
    scrubber: Scrubber | None
    used: dict[str, str]
    used_lines: list[str]
    substitutions: list[str]
    comparisons: list[ComparisonTable]
    scores: ScoreTable
    records: list[RunRecord]
    command: str
    is_inked: bool = False
    template: str = "experiment.html.j2"

    @property
    def differences(self) -> list[str]:
        """How the figure differs from the source's, in sentences."""
        return [*self.substitutions, *self.entry.deviations]


def make_experiment_page(pairs: Sequence[PairResults], scores: pd.DataFrame, reports: Path) -> ExperimentPage:
    """The page of the experiment that `pairs` belong to; `scores` is results/scores.csv."""
    experiment, profile, manifest = pairs[0].experiment, pairs[0].profile, pairs[0].manifest
    runs = [run for pair in pairs for run in pair.runs]
    panels = []
    for number, pair in enumerate(pairs, 1):
        titles = iter(experiment.panel.row_titles)
        rows = [PanelRow(next(titles, ""), tiles) for tiles in panel_tiles(pair)]
        file = panel_file(reports, experiment.id, number).name
        panels.append(PagePanel(pair_title(pair), panel_description(pair), rows, file))
    records = []
    for run in {run.planned.run.id: run for run in runs}.values():
        planned = run.planned.run
        seed = f", seed {planned.seed}" if planned.seed else ""
        made = f"{run.planned.arm.caption}{seed}: {planned.content} with {planned.style}"
        command = stylize_command(run, pairs[0].results)
        records.append(RunRecord(planned.id, made, to_json(run.record, indent=1), command))
    return ExperimentPage(
        entry=experiment,
        panels=panels,
        thumbnail=relative(thumbnail_file(reports, experiment.id), reports),
        loss_plots=loss_plots(pairs[0]),
        legend=[run.planned.arm.caption for run in pairs[0].shown.values()],
        scrubber=make_scrubber(pairs[0]),
        content_style=content_style_plot(runs, scores, profile.judge),
        used=usage(runs, profile),
        used_lines=usage_lines(runs, profile, manifest),
        substitutions=substitutions(experiment, runs, manifest),
        comparisons=comparison_tables(pairs),
        scores=score_table(runs, scores),
        records=records,
        command=snakemake_command(f"reports/figures/{experiment.id}.jpg", profile),
    )
