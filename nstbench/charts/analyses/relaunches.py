"""Whether losses jump where a training was launched anew, and whether they fall otherwise.

Source of the question: Soboleva, figure 3, whose losses explode at 20 and 28 thousand of 100 thousand
iterations, and who explains it by the training having been launched again.
"""

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from nstbench.charts.analyses.base import Analysis, Materials
from nstbench.charts.analyses.learning_curve import LOSSES, losses_by_step
from nstbench.core.configuration import Record

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

SMOOTHED_SHARE = 0.04


class RelaunchParameters(Record):
    """`shares` of the steps after which trainings were launched anew, or could have been.

    A jump is the largest loss in the share `after` a launch over the median in the share `before` it. Whether
    losses fall is asked of the medians of `blocks` equal parts of the steps.
    """

    shares: tuple[Annotated[float, Field(gt=0, lt=1)], ...] = Field(min_length=1)
    before: float = Field(default=0.1, gt=0, lt=1)
    after: float = Field(default=0.02, gt=0, lt=1)
    blocks: int = Field(default=20, ge=2)


def measure(materials: Materials) -> "pd.DataFrame":
    """Columns training, loss, step, value, seconds as `learning_curve`, unsmoothed, and five more.

    `jump` is that of the launch after which a step is the first, empty elsewhere, and `place` the share of
    the steps that lie before it; it is measured in every training, so that those without a launch there
    say how large it is by chance. `chance` is the share of the first training's steps at which that loss
    jumps as far. `change` is the median of a block over that of the block before, in the block's last row,
    where `block` counts from 2.
    """
    import pandas as pd

    curves = [losses_by_step(id, file, window=1) for id, file in materials.curves.items()]
    usual = {str(loss): rows for loss, rows in curves[0].groupby("loss")}
    marked = [
        _with_changes(_with_jumps(rows, usual[str(loss)], materials.parameters), materials.parameters.blocks)
        for curve in curves
        for loss, rows in curve.groupby("loss", sort=False)
    ]
    return pd.concat(marked, ignore_index=True)


def _with_jumps(
    rows: "pd.DataFrame", usual: "pd.DataFrame", parameters: RelaunchParameters
) -> "pd.DataFrame":
    """`usual` are the rows of the same loss in the training that jumps are compared with."""
    import numpy as np

    by_chance = np.array([_jump(usual, first, parameters) for first in range(1, len(usual))])
    marks = np.full((3, len(rows)), np.nan)
    for share in parameters.shares:
        first = round(share * len(rows))
        jump = _jump(rows, first, parameters)
        marks[:, first] = share, jump, (by_chance >= jump).mean()
    return rows.assign(place=marks[0], jump=marks[1], chance=marks[2])


def _jump(rows: "pd.DataFrame", first: int, parameters: RelaunchParameters) -> float:
    """Were a launch right before the step at the place `first`."""
    import numpy as np

    before, after = (max(1, round(share * len(rows))) for share in (parameters.before, parameters.after))
    values = rows["value"].to_numpy()
    return float(values[first : first + after].max() / np.median(values[max(0, first - before) : first]))


def _with_changes(rows: "pd.DataFrame", blocks: int) -> "pd.DataFrame":
    import numpy as np

    parts = np.array_split(rows["value"].to_numpy(), min(blocks, len(rows)))
    medians = [float(np.median(part)) for part in parts]
    lasts = np.cumsum([len(part) for part in parts]) - 1
    block, change = np.full((2, len(rows)), np.nan)
    block[lasts[1:]] = range(2, len(parts) + 1)
    change[lasts[1:]] = np.divide(medians[1:], medians[:-1])
    return rows.assign(block=block, change=change)


def findings(table: "pd.DataFrame") -> list[str]:
    return [
        sentence
        for id, rows in table.groupby("training", sort=False)
        for sentence in (
            _jumps_said(str(id), rows.dropna(subset="jump")),
            _falls_said(str(id), rows.dropna(subset="block")),
        )
    ]


def _falls_said(id: str, changes: "pd.DataFrame") -> str:
    each = "; ".join(
        f"{loss} {int((rows['change'] < 1).sum())} of {len(rows)}"
        for loss, rows in changes.groupby("loss", sort=False)
    )
    return f"{id}: so often a block's median is below that of the block before: {each}."


def _jumps_said(id: str, jumps: "pd.DataFrame") -> str:
    each = "; ".join(
        f"{loss} " + " and ".join(f"{jump:.2f}" for jump in rows["jump"])
        for loss, rows in jumps.groupby("loss", sort=False)
    )
    places = " and ".join(str(step - 1) for step in sorted(jumps["step"].unique()))
    return f"{id}: largest loss right after step {places} over the median before it: {each}."


def draw(table: "pd.DataFrame", figure: "Figure") -> None:
    from nstbench.charts.style import RULE, lines

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
