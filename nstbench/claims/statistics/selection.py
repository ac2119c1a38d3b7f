"""Rows of a chart's table, chosen by what their columns hold."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from nstbench.core.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

# The value, or the several values, that a row may have in a column.
Wanted = str | float | tuple[str | float, ...]


def chosen(table: "pd.DataFrame", where: Mapping[str, Wanted]) -> "pd.DataFrame":
    """The rows whose columns hold what `where` says; InputError on a column that there is not."""
    check_columns(table, where)
    for column, wanted in where.items():
        table = table[table[column].isin(wanted if isinstance(wanted, tuple) else (wanted,))]
    return table


def check_columns(table: "pd.DataFrame", columns: Iterable[str]) -> None:
    """Raise InputError on a column that the table lacks."""
    for column in columns:
        if column not in table:
            allowed = ", ".join(map(str, table.columns))
            raise InputError(
                f"config/claims.yaml: a chart's table has no column {column!r}; allowed: {allowed}"
            )
