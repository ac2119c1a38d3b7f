"""Values out of the tables of charts: one number per unit, or the difference of two."""

import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Literal

from pydantic import Field, model_validator

from nstbench.charts.landscape import barriers
from nstbench.claims.evidence import Evidence
from nstbench.claims.sample import LOG_RATIO, Fact, NoEvidenceError, Sample, Value
from nstbench.claims.statistics.base import UNITS, ChartParameters, Transform, difference, statistic
from nstbench.core.configuration import Record
from nstbench.core.errors import InputError, shortened
from nstbench.core.number_format import number
from nstbench.core.rank_correlation import spearman

if TYPE_CHECKING:
    import pandas as pd

# Correlations that miss what is asked by less than this reach it.
ROUNDING = 1e-9
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
                f"config/claims: a chart's table has no column {shortened(column)}; allowed: {allowed}"
            )


class Cells(Record):
    """The cells of the column `value` in the rows `where` columns hold a value, or one of several.

    `reduce` makes one number of those that a unit has: the only one, the least, the largest, the median, the
    last, the one `where_largest` in the column `along`, the `trend` (Spearman's rank correlation with the
    order of the rows, or with the column `along`) or the `spread` (standard deviation of the decimal
    logarithms).
    """

    value: str
    where: dict[str, Wanted] = Field(default={})
    reduce: Literal["only", "min", "max", "median", "last", "where_largest", "trend", "spread"] = "only"
    along: str | None = None

    @model_validator(mode="after")
    def _along_something(self) -> "Cells":
        if self.reduce == "where_largest" and not self.along:
            raise ValueError("where_largest is about a column; name it in along")
        return self


class TableParameters(ChartParameters):
    """A unit is what shares its values in the columns `per`: a picture, or content and style."""

    per: tuple[str, ...] = Field(min_length=1, max_length=2)
    a: Cells
    b: Cells | None = None
    transform: Transform = "difference"
    unit: str | None = None

    @property
    def noun(self) -> str:
        """What a unit is called."""
        return "pair" if self.per == ("content", "style") else self.per[-1]


@statistic(TableParameters)
def table(parameters: TableParameters, evidence: Evidence) -> Sample:
    """A value of each unit, or how far it is from another: a - b, or log(a / b); without b, a or log(a)."""
    rows = evidence.chart(parameters.chart)
    first = reduced(rows, parameters.a, parameters.per)
    second = reduced(rows, parameters.b, parameters.per) if parameters.b else {}
    neutral = 1.0 if parameters.transform == "log" else 0.0
    values = []
    for unit, a in first.items():
        b = second.get(unit, math.nan) if parameters.b else neutral
        d = difference(a, b, parameters.transform)
        if math.isfinite(d):
            content, style = (*unit, "")[:2]
            values.append(Value(content, style, a, b, d))
    if not values:
        raise NoEvidenceError(f"no such values in {evidence.table_name(parameters.chart)}")
    named = parameters.unit or UNITS[parameters.transform]
    return Sample(named, tuple(values), dropped=len(first) - len(values), noun=parameters.noun)


def reduced(table: "pd.DataFrame", cells: Cells, per: tuple[str, ...]) -> dict[tuple[str, ...], float]:
    """One number per unit, in the order of the table; NaN where a unit has none."""
    check_columns(table, (*per, cells.value, *filter(None, [cells.along])))
    units = chosen(table, cells.where).groupby(list(per), sort=False)
    return {tuple(map(str, unit)): _one(rows, cells) for unit, rows in units}


def _one(rows: "pd.DataFrame", cells: Cells) -> float:
    import numpy as np

    rows = rows.dropna(subset=[cells.value])
    values = rows[cells.value]
    if values.empty:
        return math.nan
    match cells.reduce:
        case "only":
            return float(values.iloc[0]) if len(values) == 1 else math.nan
        case "last":
            return float(values.iloc[-1])
        case "where_largest":
            return float(values.iloc[rows[cells.along].argmax()])
        case "trend":
            order = rows[cells.along].tolist() if cells.along else range(len(values))
            return spearman(order, values.tolist())
        case "spread":
            return float(np.log10(values).std(ddof=0))
        case reduction:
            return float(getattr(values, reduction)())


class RisingParameters(ChartParameters):
    """Rows in an order, as each of `any_of` chooses them, and the least rank correlation of a rise."""

    any_of: tuple[dict[str, Wanted], ...] = Field(min_length=1)
    at_least: float = Field(gt=0, le=1)


@statistic(RisingParameters)
def rising(parameters: RisingParameters, evidence: Evidence) -> Sample:
    """Whether the values of some of several choices of rows rise: Spearman's correlation with their order."""
    table, said, rises = evidence.chart(parameters.chart), [], []
    for where in parameters.any_of:
        values = chosen(table, where)["value"].tolist()
        if len(values) < 2:
            raise NoEvidenceError(f"no such values in {evidence.table_name(parameters.chart)}")
        correlation = spearman(range(len(values)), values)
        names = " ".join(str(each) for key, each in where.items() if key != "picture")
        said.append(f"{names} {', '.join(map(number, values))} (rank correlation {correlation:.2f})")
        rises.append(correlation >= parameters.at_least - ROUNDING)
    return Sample("", facts=(Fact("; ".join(said), any(rises)),))


@statistic(ChartParameters)
def barrier(parameters: ChartParameters, evidence: Evidence) -> Sample:
    """How high the loss rises on lines between the results of several starts, by a chart of kind `segment`.

    d = log of the lowest, over lines, of (highest loss on the line / higher loss of its ends)
    """
    heights = barriers(evidence.chart(parameters.chart)).rename("height").reset_index()
    lowest = heights.groupby(["content", "style"], sort=False, as_index=False)["height"].min()
    return Sample(
        LOG_RATIO,
        tuple(
            Value(content, style, height, 1.0, math.log(height))
            for content, style, height in lowest.itertuples(index=False)
        ),
    )
