"""Tables of results, tidy: one value a row."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from nstbench.core.errors import InputError
from nstbench.pipeline.experiment import Pair
from nstbench.pipeline.seals import whole
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


def read_score_table(file: Path, columns: list[str] = SCORE_COLUMNS) -> pd.DataFrame:
    """Columns of a table that `tidy_scores` made; InputError when it is none, or says a score twice."""
    try:
        table = pd.read_csv(whole(file), usecols=columns)[columns].astype({"value": float})
    except (OSError, ValueError) as error:  # No file, no table, other columns, no number.
        reason = " ".join(str(error).split())
        raise InputError(f"{file} cannot be read ({reason}); run snakemake again") from error
    keys = [name for name in columns if name not in ("value", "reason")]
    if empty := int(table[keys].isna().any(axis=1).sum()):
        raise InputError(f"{file} has {empty} rows without {', '.join(keys)}; run snakemake again")
    # A sweep of a parameter that is 0 has the same run at each of its factors.
    if repeated := int(table.duplicated(keys).sum()) if "factor" in keys else 0:
        raise InputError(f"{file} has {repeated} scores twice; run snakemake again")
    return table


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
