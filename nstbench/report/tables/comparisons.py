"""Two arms of an experiment compared pair by pair: final losses, and how far apart the pictures are."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nstbench.images.reading import read_picture
from nstbench.metrics.pixels import mean_colour_difference
from nstbench.pipeline.finished import FinishedRun
from nstbench.report.figures.pair_results import PairResults


@dataclass(frozen=True)
class ComparisonRow:
    """One pair: the final losses of both arms, and how far apart the pictures are.

    `colour_difference` is the mean over all pixels of CIEDE2000; 1 is about what an eye can see.
    """

    pair: str
    reference_loss: float
    loss: float
    colour_difference: float

    @property
    def loss_change(self) -> float:
        """By how much the loss differs from the reference's, as a share of it."""
        return self.loss / self.reference_loss - 1


@dataclass(frozen=True)
class ComparisonTable:
    """All pairs of one comparison, with the captions of its arms."""

    arm: str
    reference: str
    rows: list[ComparisonRow]

    @property
    def largest_loss_change(self) -> float:
        """The largest relative change of a loss in either direction."""
        return max(abs(row.loss_change) for row in self.rows)

    @property
    def largest_colour_difference(self) -> float:
        """The largest mean CIEDE2000 of a pair."""
        return max(row.colour_difference for row in self.rows)


def comparison_tables(pairs: Sequence[PairResults]) -> list[ComparisonTable]:
    """Every comparison that the experiment asks for, over all of its pairs."""
    experiment = pairs[0].experiment
    captions = {arm.id: arm.caption for arm in experiment.arms}
    tables = []
    for comparison in experiment.comparisons:
        rows = []
        for pair in pairs:
            arm, reference = pair.shown[comparison.arm], pair.shown[comparison.reference]
            content, style = (
                pair.manifest[name].title for name in (arm.planned.run.content, arm.planned.run.style)
            )
            rows.append(
                ComparisonRow(
                    pair=f"{content} in the style of {style}",
                    reference_loss=reference.record["final_losses"]["total"],
                    loss=arm.record["final_losses"]["total"],
                    colour_difference=colour_difference(arm, reference),
                )
            )
        tables.append(ComparisonTable(captions[comparison.arm], captions[comparison.reference], rows))
    return tables


def colour_difference(one: FinishedRun, other: FinishedRun) -> float:
    """Mean CIEDE2000 between the pictures of two runs of one size."""
    first, second = (np.asarray(read_picture(run.image)) / 255 for run in (one, other))
    return mean_colour_difference(first, second)
