"""results/reference/losses.csv: the committed losses, tidy, one value a row."""

from pathlib import Path

import pandas as pd

from nstbench.core.errors import InputError
from nstbench.core.files import write_text

KEYS = ["specification", "evaluation", "loss"]
COLUMNS = [*KEYS, "value"]
# Nine digits bring every fp32 number back as it was.
DIGITS = "%.9g"


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
    write_text(file, losses.to_csv(index=False, float_format=DIGITS))
