"""Values out of a chart's table: one number per unit, or the difference of two.

d = a - b, or log(a / b); without b, d = a or log(a)
"""

import math
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from nstbench.claims.evidence import Evidence
from nstbench.claims.sample import (
    DIFFERENCE,
    LOG_RATIO,
    NoEvidenceError,
    Sample,
    Value,
    log_ratio,
)
from nstbench.claims.statistics.base import Statistic, StatisticParameters
from nstbench.claims.statistics.selection import Wanted, check_columns, chosen
from nstbench.core.configuration import Record
from nstbench.core.rank_correlation import spearman

if TYPE_CHECKING:
    import pandas as pd


class Cells(Record):
    """The cells of the column `value` in the rows `where` columns hold a value, or one of several.

    `reduce` makes one number of those that a unit has: the only one, the least, the largest, the median, the
    last, the `trend` (Spearman's rank correlation with the order of the rows, or with the column `along`) or
    the `spread` (standard deviation of the decimal logarithms).
    """

    value: str
    where: dict[str, Wanted] = Field(default={})
    reduce: Literal["only", "min", "max", "median", "last", "trend", "spread"] = "only"
    along: str | None = None


class TableParameters(StatisticParameters):
    """A unit is what shares its values in the columns `per`: a picture, or content and style."""

    chart: str
    per: tuple[str, ...] = Field(min_length=1, max_length=2)
    a: Cells
    b: Cells | None = None
    transform: Literal["log", "difference"] = "difference"
    unit: str | None = None

    @property
    def charts_read(self) -> tuple[str, ...]:
        return (self.chart,)

    @property
    def noun(self) -> str:
        return "pair" if self.per == ("content", "style") else self.per[-1]


def sample(parameters: TableParameters, evidence: Evidence) -> Sample:
    table = evidence.chart(parameters.chart)
    first = reduced(table, parameters.a, parameters.per)
    second = reduced(table, parameters.b, parameters.per) if parameters.b else {}
    in_logs = parameters.transform == "log"
    neutral = 1.0 if in_logs else 0.0
    values = []
    for unit, a in first.items():
        b = second.get(unit, math.nan) if parameters.b else neutral
        difference = log_ratio(a, b) if in_logs else a - b
        if math.isfinite(difference):
            content, style = (*unit, "")[:2]
            values.append(Value(content, style, a, b, difference))
    if not values:
        raise NoEvidenceError(f"no such values in the table of {parameters.chart}")
    named = parameters.unit or (LOG_RATIO if in_logs else DIFFERENCE)
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
        case "trend":
            order = rows[cells.along].tolist() if cells.along else range(len(values))
            return spearman(order, values.tolist())
        case "spread":
            return float(np.log10(values).std(ddof=0))
        case reduction:
            return float(getattr(values, reduction)())


STATISTIC = Statistic("table", TableParameters, sample)
