"""The values behind a chart, as a table on its page and as a file that travels with the site."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from nstbench.charts.writing import table_file
from nstbench.core.files import write_text
from nstbench.core.number_format import number
from nstbench.pipeline.seals import whole

MOST_ROWS = 80
LONGEST_TEXT = 60


@dataclass(frozen=True)
class ValueCell:
    """A value to read; `key` sorts it where it is a number."""

    text: str
    key: float | None = None

    @classmethod
    def of(cls, value: object) -> "ValueCell":
        """A cell of a CSV file; thousands of whole numbers are separated."""
        try:
            known = float(str(value))
        except ValueError:
            return cls(str(value))
        whole = known.is_integer() and abs(known) < 1e6
        return cls(f"{known:,.0f}" if whole else number(known), known)


@dataclass(frozen=True)
class ValueTable:
    """Columns by name and rows of cells."""

    columns: list[str]
    rows: list[list[ValueCell]]

    @property
    def text_columns(self) -> set[str]:
        """Those without a number."""
        by_column = zip(self.columns, zip(*self.rows, strict=True), strict=False)
        return {name for name, cells in by_column if all(cell.key is None for cell in cells)}


def chart_values(results: Path, chart: str) -> ValueTable | None:
    """results/charts/<id>.csv; None when it has too many rows, or texts too long to be read."""
    table = pd.read_csv(whole(table_file(results, chart)), keep_default_na=False)
    cells = [[ValueCell.of(value) for value in row] for row in table.itertuples(index=False)]
    if len(cells) > MOST_ROWS or any(len(cell.text) > LONGEST_TEXT for row in cells for cell in row):
        return None
    return ValueTable([str(column) for column in table.columns], cells)


def published_table(reports: Path, chart: str) -> Path:
    """Where the site has the values of a chart."""
    return reports / "tables" / f"{chart}.csv"


def publish_table(results: Path, reports: Path, chart: str) -> None:
    """Copy the values of a chart into the site, so that the site can be moved."""
    write_text(published_table(reports, chart), whole(table_file(results, chart)).read_text(encoding="utf-8"))
