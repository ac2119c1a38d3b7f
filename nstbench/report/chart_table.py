"""The numbers behind a chart, as a table that a page can show and a file that travels with it."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from nstbench.charts.writing import table_file
from nstbench.core.files import write_text
from nstbench.core.number_format import number

MOST_ROWS = 80
LONGEST_TEXT = 60


@dataclass(frozen=True)
class NumberCell:
    """A value to read; `key` sorts it where it is a number."""

    text: str
    key: float | None = None


@dataclass(frozen=True)
class NumberTable:
    """Columns by name and rows of cells."""

    columns: list[str]
    rows: list[list[NumberCell]]

    @property
    def text_columns(self) -> set[str]:
        """Those without a number."""
        by_column = zip(self.columns, zip(*self.rows, strict=True), strict=False)
        return {name for name, cells in by_column if all(cell.key is None for cell in cells)}


def number_table(results: Path, chart: str) -> NumberTable | None:
    """results/charts/<id>.csv; None when it has too many rows, or texts too long to be read."""
    table = pd.read_csv(table_file(results, chart), keep_default_na=False)
    cells = [[_cell(value) for value in row] for row in table.itertuples(index=False)]
    if len(cells) > MOST_ROWS or any(len(cell.text) > LONGEST_TEXT for row in cells for cell in row):
        return None
    return NumberTable([str(column) for column in table.columns], cells)


def published_table(reports: Path, chart: str) -> Path:
    return reports / "tables" / f"{chart}.csv"


def publish_table(results: Path, reports: Path, chart: str) -> None:
    """Copy the table to where the site finds it, wherever the site is put."""
    write_text(published_table(reports, chart), table_file(results, chart).read_text(encoding="utf-8"))


def _cell(value: object) -> NumberCell:
    try:
        known = float(str(value))
    except ValueError:
        return NumberCell(str(value))
    whole = known.is_integer() and abs(known) < 1e6
    return NumberCell(f"{known:,.0f}" if whole else number(known), known)
