"""How the losses of a network fall while it learns, and whether they jump where it was restarted.

Sources of the questions: Jain and Venkitachalam, section 2.4, after Johnson et al. 2016; Soboleva, figure 3,
whose losses explode at 20 and 28 thousand of 100 thousand iterations, and who explains it by the training
having been restarted.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from nstbench.charts.base import ChartKind, Materials
from nstbench.pipeline.seals import whole

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

# Columns of a curve that belong to each loss.
LOSSES = {"total": "^total$", "style": "^style/", "content": "^content/"}
# Relaunches are drawn as medians over this share of the steps.
SMOOTHED_SHARE = 0.04


def losses_by_step(id: str, file: Path, window: int) -> "pd.DataFrame":
    """Columns training, loss, step, value, seconds of one training, means over `window` steps.

    Terms are summed without their weights; the total is weighted.
    """
    import pandas as pd

    curve = pd.read_csv(whole(file))
    columns = {loss: curve.filter(regex=pattern).sum(axis=1) for loss, pattern in LOSSES.items()}
    smooth = pd.DataFrame(columns).rolling(window, min_periods=1).mean()
    long = smooth.assign(step=curve["step"], seconds=curve["seconds"]).melt(
        ["step", "seconds"], var_name="loss"
    )
    return long.assign(training=id)[["training", "loss", "step", "value", "seconds"]]


class LearningCurve(ChartKind):
    """The losses of trainings. Each is averaged over `window` steps, as every step sees other photographs."""

    inches = (10.0, 3.2)

    window: int = Field(default=20, ge=1)

    def measure(self, materials: Materials) -> "pd.DataFrame":
        """Columns training, loss, step, value, seconds (`losses_by_step`)."""
        import pandas as pd

        return pd.concat(losses_by_step(id, file, self.window) for id, file in materials.curves.items())

    @staticmethod
    def findings(table: "pd.DataFrame") -> list[str]:
        """From where to where each training brought its losses."""
        found = []
        for id, rows in table.groupby("training", sort=False):
            values = {loss: rows.loc[rows["loss"] == loss, "value"].tolist() for loss in LOSSES}
            falls = ", ".join(f"{loss} from {own[0]:.3g} to {own[-1]:.3g}" for loss, own in values.items())
            steps, seconds = int(rows["step"].max()), float(rows["seconds"].max())
            found.append(f"In {steps} steps and {seconds:.0f} s, {id} brought its losses down: {falls}.")
        return found

    @staticmethod
    def draw(table: "pd.DataFrame", figure: "Figure") -> None:
        """A plot a loss, a line a training."""
        from nstbench.charts.style import curves_by, legend_below, lines

        for axes, loss in zip(figure.subplots(1, len(LOSSES)), LOSSES, strict=True):
            lines(axes, curves_by(table[table["loss"] == loss], "training", "step", "value"))
            axes.set(title=f"{loss} loss", xlabel="step", yscale="log")
        figure.axes[0].set_ylabel("loss")
        legend_below(figure)


class Relaunches(ChartKind):
    """Whether losses jump where a training was restarted, and whether they fall otherwise.

    `shares` are those of the steps after which trainings were restarted, or could have been. A jump is
    the largest loss in the share `after` a launch over the median in the share `before` it. Whether losses
    fall is asked of the medians of `blocks` equal parts of the steps.
    """

    inches = (10.0, 3.2)

    shares: tuple[Annotated[float, Field(gt=0, lt=1)], ...] = Field(min_length=1)
    before: float = Field(default=0.1, gt=0, lt=1)
    after: float = Field(default=0.02, gt=0, lt=1)
    blocks: int = Field(default=20, ge=2)

    def measure(self, materials: Materials) -> "pd.DataFrame":
        """Columns training, loss, step, value, seconds (`losses_by_step`), unsmoothed, and five more.

        `jump` is that of the launch after which a step is the first, empty elsewhere, and `place` the share
        of the steps that lie before it; it is measured in every training, so that those without a launch
        there say how large it is by chance. `chance` is the share of the first training's steps at which
        that loss jumps as far. `change` is the median of a block over that of the block before, in the
        block's last row, where `block` counts from 2.
        """
        import pandas as pd

        curves = [losses_by_step(id, file, window=1) for id, file in materials.curves.items()]
        usual = {str(loss): rows for loss, rows in curves[0].groupby("loss")}
        marked = [
            self._with_changes(self._with_jumps(rows, usual[str(loss)]))
            for curve in curves
            for loss, rows in curve.groupby("loss", sort=False)
        ]
        return pd.concat(marked, ignore_index=True)

    def _with_jumps(self, rows: "pd.DataFrame", usual: "pd.DataFrame") -> "pd.DataFrame":
        """`usual` are the rows of the same loss in the training that jumps are compared with."""
        import numpy as np

        def jump(rows: "pd.DataFrame", first: int) -> float:
            """Were a launch right before the step at the place `first`."""
            before, after = (max(1, round(share * len(rows))) for share in (self.before, self.after))
            values = rows["value"].to_numpy()
            usual_loss = np.median(values[max(0, first - before) : first])
            return float(values[first : first + after].max() / usual_loss)

        by_chance = np.array([jump(usual, first) for first in range(1, len(usual))])
        marks = np.full((3, len(rows)), np.nan)
        for share in self.shares:
            first = round(share * len(rows))
            found = jump(rows, first)
            marks[:, first] = share, found, (by_chance >= found).mean()
        return rows.assign(place=marks[0], jump=marks[1], chance=marks[2])

    def _with_changes(self, rows: "pd.DataFrame") -> "pd.DataFrame":
        import numpy as np

        parts = np.array_split(rows["value"].to_numpy(), min(self.blocks, len(rows)))
        medians = [float(np.median(part)) for part in parts]
        lasts = np.cumsum([len(part) for part in parts]) - 1
        block, change = np.full((2, len(rows)), np.nan)
        block[lasts[1:]] = range(2, len(parts) + 1)
        change[lasts[1:]] = np.divide(medians[1:], medians[:-1])
        return rows.assign(block=block, change=change)

    @staticmethod
    def findings(table: "pd.DataFrame") -> list[str]:
        """How far each training's losses jump, and how often they fall from block to block."""
        found = []
        for id, rows in table.groupby("training", sort=False):
            jumps = rows.dropna(subset="jump")
            places = " and ".join(str(step - 1) for step in sorted(jumps["step"].unique()))
            heights = "; ".join(
                f"{loss} " + " and ".join(f"{jump:.2f}" for jump in own["jump"])
                for loss, own in jumps.groupby("loss", sort=False)
            )
            falls = "; ".join(
                f"{loss} {int((own['change'] < 1).sum())} of {len(own)}"
                for loss, own in rows.dropna(subset="block").groupby("loss", sort=False)
            )
            found += [
                f"{id}: largest loss right after step {places} over the median before it: {heights}.",
                f"{id}: blocks whose median is below that of the block before: {falls}.",
            ]
        return found

    @staticmethod
    def draw(table: "pd.DataFrame", figure: "Figure") -> None:
        """A plot a loss, a line a training, over vertical lines where trainings were restarted."""
        from nstbench.charts.style import RULE, curves_by, legend_below, lines

        launches = sorted(table.dropna(subset="jump")["step"].unique())
        window = max(1, round(SMOOTHED_SHARE * table["step"].max()))
        for axes, loss in zip(figure.subplots(1, len(LOSSES)), LOSSES, strict=True):
            for launch in launches:
                axes.axvline(launch, color=RULE, zorder=0)
            curves = curves_by(table[table["loss"] == loss], "training", "step", "value")
            smooth = {id: curve.rolling(window, min_periods=1).median() for id, curve in curves.items()}
            lines(axes, smooth)
            axes.set(title=f"{loss} loss", xlabel="step", yscale="log")
        figure.axes[0].set_ylabel("loss")
        legend_below(figure)
