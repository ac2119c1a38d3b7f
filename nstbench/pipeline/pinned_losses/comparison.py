"""Losses before and after a change, side by side."""

import pandas as pd

from nstbench.core.errors import InputError
from nstbench.pipeline.pinned_losses.reference import KEYS
from nstbench.pipeline.pinned_losses.specification import Regression

# A loss that is zero in theory is rounding squared: features average 1, and fp32 rounds them by 6e-8.
ZERO = 1e-12


def compare(reference: pd.DataFrame, measured: pd.DataFrame, regression: Regression) -> pd.DataFrame:
    """Join both tables of losses: specification, evaluation, loss, before, after, ratio, tolerance, breach.

    `breach` is true where |after - before| > tolerance |before|, or where a number has become NaN. A loss
    that only one table holds is NaN on the other side, and no breach.
    """
    before, after = (table.set_index(KEYS)["value"].astype(float) for table in (reference, measured))
    index = after.index.append(before.index.difference(after.index))
    table = pd.DataFrame({"before": before.reindex(index), "after": after.reindex(index)}, index=index)
    table["ratio"] = (table.after / table.before).where(table.before != table.after, 1.0)
    tolerances = {
        (run.id, evaluation): tolerance
        for run in regression.specifications
        for evaluation, tolerance in regression.tolerances_of(run).items()
    }
    table["tolerance"] = [tolerances.get(key[:2], float("nan")) for key in index]
    allowed = table.tolerance * table.before.abs() + ZERO
    within = (table.after - table.before).abs() <= allowed
    table["breach"] = ~within & index.isin(before.index) & index.isin(after.index)
    return table.reset_index()


def check_same_losses(reference: pd.DataFrame, measured: pd.DataFrame) -> None:
    """Raise InputError unless both tables hold the same specifications, evaluations and losses."""
    pinned, made = (pd.MultiIndex.from_frame(table[KEYS]) for table in (reference, measured))
    for problem, rows in (
        ("the reference lacks", made.difference(pinned)),
        ("no specification makes the reference's", pinned.difference(made)),
    ):
        if len(rows):
            specification, evaluation, loss = rows[0]
            more = f" and {len(rows) - 1} more" if len(rows) > 1 else ""
            raise InputError(
                f"{problem} {specification}, evaluation {evaluation}, {loss}{more}; "
                "if that is meant, run `nstbench regress --update`"
            )
