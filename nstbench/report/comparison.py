"""Two arms of an experiment set against each other, pair by pair."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nstbench.images.pictures import read_picture
from nstbench.metrics.pixels import mean_colour_difference
from nstbench.pipeline.experiment import Comparison
from nstbench.pipeline.finished import FinishedRun
from nstbench.report.exhibit import Exhibit


@dataclass(frozen=True)
class ComparisonLine:
    """One pair: the final losses, and how far apart the pictures are.

    `colour_difference` is the mean over all pixels of CIEDE2000; 1 is about what an eye can see.
    """

    pair: str
    reference_loss: float
    loss: float
    colour_difference: float

    @property
    def loss_change(self) -> float:
        return self.loss / self.reference_loss - 1


@dataclass(frozen=True)
class ComparisonTable:
    """All pairs of one comparison, with the captions of its arms."""

    arm: str
    reference: str
    lines: list[ComparisonLine]

    @property
    def largest_loss_change(self) -> float:
        return max(abs(line.loss_change) for line in self.lines)

    @property
    def largest_colour_difference(self) -> float:
        return max(line.colour_difference for line in self.lines)


def comparison_tables(figures: Sequence[Exhibit]) -> list[ComparisonTable]:
    """Every comparison that the experiment of `figures` asks for."""
    return [_table(comparison, figures) for comparison in figures[0].experiment.comparisons]


def _table(comparison: Comparison, figures: Sequence[Exhibit]) -> ComparisonTable:
    captions = {arm.id: arm.caption for arm in figures[0].experiment.arms}
    lines = [_line(comparison, exhibit) for exhibit in figures]
    return ComparisonTable(captions[comparison.arm], captions[comparison.reference], lines)


def _line(comparison: Comparison, exhibit: Exhibit) -> ComparisonLine:
    arm, reference = exhibit.shown[comparison.arm], exhibit.shown[comparison.reference]
    run = arm.planned.run
    return ComparisonLine(
        pair=f"{exhibit.manifest[run.content].title} in the style of {exhibit.manifest[run.style].title}",
        reference_loss=reference.record["final_losses"]["total"],
        loss=arm.record["final_losses"]["total"],
        colour_difference=colour_difference(arm, reference),
    )


def colour_difference(one: FinishedRun, other: FinishedRun) -> float:
    """Mean CIEDE2000 between the pictures of two runs of one size."""
    first, second = (np.asarray(read_picture(run.image)) / 255 for run in (one, other))
    return mean_colour_difference(first, second)
