"""Tables of results, tidy: one value a row."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from nstbench.pipeline.experiment import Pair
from nstbench.pipeline.specification import RunSpecification

if TYPE_CHECKING:
    from nstbench.pipeline.plan import PlannedRun

SCORE_COLUMNS = ["run", "experiment", "factor", "metric", "value", "reason"]


def control_id(copied: str, pair: RunSpecification | Pair) -> str:
    """The id under which `content` or `style` of a pair, handed back unchanged, is scored."""
    return f"control-{copied}:{pair.content}:{pair.style}"


def trial_id(picture: str, truth: str | None) -> str:
    """The id of the trial of a run or a control against a truth; without one, the id of the `picture`."""
    return f"{picture}={truth}" if truth else picture


def tidy_scores(scores: pd.DataFrame, planned: "Sequence[PlannedRun]") -> pd.DataFrame:
    """One row per run, experiment, factor and metric; controls are in each experiment that shows their pair.

    `factor` is what the experiment's sweep has multiplied its parameter by, 1 for controls. `scores`
    has the columns trial, metric, value and reason.
    """
    places = pd.DataFrame(
        {"trial": trial_id(id, entry.truth), "run": id, "experiment": entry.experiment, "factor": factor}
        for entry in planned
        for id, factor in (
            (entry.run.id, entry.factor),
            (control_id("content", entry.run), 1.0),
            (control_id("style", entry.run), 1.0),
        )
    ).drop_duplicates()
    joined = places.merge(scores.drop_duplicates(["trial", "metric"]), on="trial")
    return joined[SCORE_COLUMNS].sort_values(["experiment", "run", "factor", "metric"], ignore_index=True)
