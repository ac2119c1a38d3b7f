"""Which rows of a chart's table meet conditions; d is 1 for each that does and 0 for the others."""

from pydantic import Field

from nstbench.claims.evidence import Evidence
from nstbench.claims.sample import SHARE, NoEvidenceError, Sample, Value
from nstbench.claims.statistics.base import Statistic, StatisticParameters
from nstbench.claims.statistics.bounds import Bounds


class TableShareParameters(StatisticParameters):
    """Instances are the rows whose columns hold the values of `where`; `conditions` are bounds by column.

    A row that is empty in one of those columns is no instance.
    """

    chart: str
    where: dict[str, str | float] = Field(default={})
    conditions: dict[str, Bounds] = Field(min_length=1)

    @property
    def charts_read(self) -> tuple[str, ...]:
        return (self.chart,)


def sample(parameters: TableShareParameters, evidence: Evidence) -> Sample:
    table = evidence.chart(parameters.chart)
    for column, wanted in parameters.where.items():
        table = table[table[column] == wanted]
    table = table.dropna(subset=list(parameters.conditions))
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


def _plain(wanted: str | float) -> str:
    return wanted if isinstance(wanted, str) else f"{wanted:g}"


STATISTIC = Statistic("table_share", TableShareParameters, sample)
