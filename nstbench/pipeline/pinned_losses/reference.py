"""The committed losses, results/reference/losses.csv, tidy, one value a row; and those of now beside them."""

from pathlib import Path

import pandas as pd

from nstbench.core.errors import InputError
from nstbench.core.files import write_text
from nstbench.pipeline.pinned_losses.specification import Regression

KEYS = ["specification", "evaluation", "loss"]
COLUMNS = [*KEYS, "value"]
# Nine digits bring every fp32 number back as it was.
DIGITS = "%.9g"
# A loss that is zero in theory is rounding squared: features average 1, and fp32 rounds them by 6e-8.
ZERO = 1e-12


def read_reference(file: Path) -> pd.DataFrame:
    """The committed losses, `value` in fp32; InputError when the file is missing or damaged."""
    if not file.is_file():
        raise InputError(f"{file} does not exist; write it with `nstbench regress --update`")
    try:
        reference = pd.read_csv(file, dtype={"value": "float32"})[COLUMNS]
    except (OSError, ValueError, KeyError) as error:
        reason = " ".join(str(error).split())
        raise InputError(f"{file} cannot be read ({reason}); restore it from the repository") from error
    if repeated := reference.duplicated(KEYS).sum():
        raise InputError(f"{file} has {repeated} repeated rows; restore it from the repository")
    return reference


def no_reference() -> pd.DataFrame:
    """An empty table of losses, against which everything is new."""
    return pd.DataFrame(columns=COLUMNS).astype({"evaluation": int, "value": "float32"})


def write_reference(losses: pd.DataFrame, file: Path) -> None:
    """Make `losses` the committed ones."""
    write_text(file, losses.to_csv(index=False, float_format=DIGITS))


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
