"""Whether losses jump where a training was launched anew.

Source of the question: Soboleva, figure 3, whose losses explode at 20 and 28 thousand of 100 thousand
iterations, and who explains it by the training having been launched again.
"""

from typing import TYPE_CHECKING

from pydantic import Field

from nstbench.analyses.base import Analysis, Materials
from nstbench.analyses.learning_curve import LOSSES, losses_by_step
from nstbench.documents import Record

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

SMOOTHED_SHARE = 0.04


class RelaunchParameters(Record):
    """`shares` of the steps after which trainings were launched anew, or could have been.

    A jump is the largest loss in the share `after` a launch over the median in the share `before` it.
    """

    shares: tuple[float, ...] = Field(min_length=1)
    before: float = Field(default=0.1, gt=0, lt=1)
    after: float = Field(default=0.02, gt=0, lt=1)


def measure(materials: Materials) -> "pd.DataFrame":
    """Columns training, loss, step, value, seconds as `learning_curve`, unsmoothed, and jump.

    `jump` is that of the launch after which a step is the first, empty elsewhere; it is measured in every
    training, so that those without a launch there say how large it is by chance.
    """
    import pandas as pd

    curves = [losses_by_step(id, file, window=1) for id, file in materials.curves.items()]
    whole = [rows for curve in curves for _, rows in curve.groupby("loss", sort=False)]
    return pd.concat([_with_jumps(rows, materials.parameters) for rows in whole], ignore_index=True)


def _with_jumps(rows: "pd.DataFrame", parameters: RelaunchParameters) -> "pd.DataFrame":
    import numpy as np

    steps = len(rows)
    before, after = (max(1, round(share * steps)) for share in (parameters.before, parameters.after))
    values = rows["value"].to_numpy()
    jumps = {
        first: values[first : first + after].max() / np.median(values[max(0, first - before) : first])
        for first in (round(share * steps) for share in parameters.shares)
    }
    return rows.assign(jump=np.array([jumps.get(place, np.nan) for place in range(steps)]))


def findings(table: "pd.DataFrame") -> list[str]:
    jumps = table.dropna(subset="jump")
    return [_finding(str(id), rows) for id, rows in jumps.groupby("training", sort=False)]


def _finding(id: str, jumps: "pd.DataFrame") -> str:
    each = "; ".join(
        f"{loss} " + " and ".join(f"{jump:.2f}" for jump in rows["jump"])
        for loss, rows in jumps.groupby("loss", sort=False)
    )
    places = " and ".join(str(step - 1) for step in sorted(jumps["step"].unique()))
    return f"{id}: largest loss right after step {places} over the median before it: {each}."


def draw(table: "pd.DataFrame", figure: "Figure") -> None:
    from nstbench.reporting.chart_style import RULE, lines

    launches = sorted(table.dropna(subset="jump")["step"].unique())
    window = max(1, round(SMOOTHED_SHARE * table["step"].max()))
    for axes, loss in zip(figure.subplots(1, len(LOSSES)), LOSSES, strict=True):
        rows = table[table["loss"] == loss]
        for launch in launches:
            axes.axvline(launch, color=RULE, zorder=0)
        lines(
            axes,
            {
                str(id): curve.set_index("step")["value"].rolling(window, min_periods=1).median()
                for id, curve in rows.groupby("training", sort=False)
            },
        )
        axes.set(title=f"{loss} loss", xlabel="step", yscale="log")
    figure.axes[0].legend(frameon=False)


ANALYSIS = Analysis("relaunches", RelaunchParameters, measure, findings, draw, inches=(10.0, 3.2))
