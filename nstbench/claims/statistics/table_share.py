"""Which rows of a chart's table meet conditions; d is 1 for each that does and 0 for the others."""

from pydantic import Field

from nstbench.claims.evidence import Evidence
from nstbench.claims.sample import SHARE, NoEvidenceError, Sample, Value
from nstbench.claims.statistics.base import Statistic, StatisticParameters
from nstbench.claims.statistics.bounds import Bounds
from nstbench.claims.statistics.selection import Wanted, check_columns, chosen


class TableShareParameters(StatisticParameters):
    """Instances are the rows `where` columns hold a value, or one of several.

    `conditions` are bounds by column.

    A row that is empty in one of those columns is no instance.
    """

    chart: str
    where: dict[str, Wanted] = Field(default={})
    conditions: dict[str, Bounds] = Field(min_length=1)

    @property
    def charts_read(self) -> tuple[str, ...]:
        return (self.chart,)


def sample(parameters: TableShareParameters, evidence: Evidence) -> Sample:
    every = evidence.chart(parameters.chart)
    check_columns(every, parameters.conditions)
    table = chosen(every, parameters.where).dropna(subset=list(parameters.conditions))
    if table.empty:
        sought = ", ".join(f"{column} {_plain(wanted)}" for column, wanted in parameters.where.items())
        raise NoEvidenceError(f"the table of {parameters.chart} has no row with {sought}")
    first, bounds = next(iter(parameters.conditions.items()))
    return Sample(
        SHARE,
        tuple(
            Value(
                str(place),
                "",
                float(row[first]),
                bounds.bound,
                float(all(each.met(row[column]) for column, each in parameters.conditions.items())),
            )
            for place, row in table.iterrows()
        ),
        noun="instance",
    )


def _plain(wanted: Wanted) -> str:
    values = wanted if isinstance(wanted, tuple) else (wanted,)
    return " or ".join(value if isinstance(value, str) else f"{value:g}" for value in values)


STATISTIC = Statistic("table_share", TableShareParameters, sample)
