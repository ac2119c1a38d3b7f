"""How the losses of a network fall while it learns.

Source of the question: Jain and Venkitachalam, section 2.4, after Johnson et al. 2016.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import Field

from nstbench.charts.analyses.base import Analysis, Materials
from nstbench.core.configuration import Record

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

LOSSES = {"total": "^total$", "style": "^style/", "content": "^content/"}  # columns of a curve


class CurveParameters(Record):
    """Every loss is averaged over `window` steps, because every step sees other photographs."""

    window: int = Field(default=20, ge=1)


def measure(materials: Materials) -> "pd.DataFrame":
    """Columns training, loss, step, value (terms summed, unweighted; the total weighted), seconds."""
    import pandas as pd

    window = materials.parameters.window
    return pd.concat(losses_by_step(id, file, window) for id, file in materials.curves.items())


def losses_by_step(id: str, file: Path, window: int) -> "pd.DataFrame":
    """The columns of `measure` for one training, means over `window` steps."""
    import pandas as pd

    curve = pd.read_csv(file)
    columns = {loss: curve.filter(regex=pattern).sum(axis=1) for loss, pattern in LOSSES.items()}
    smooth = pd.DataFrame(columns).rolling(window, min_periods=1).mean()
    long = smooth.assign(step=curve["step"], seconds=curve["seconds"]).melt(
        ["step", "seconds"], var_name="loss"
    )
    return long.assign(training=id)[["training", "loss", "step", "value", "seconds"]]


def findings(table: "pd.DataFrame") -> list[str]:
    return [_finding(str(id), rows) for id, rows in table.groupby("training", sort=False)]


def _finding(id: str, rows: "pd.DataFrame") -> str:
    losses = {loss: rows.loc[rows["loss"] == loss, "value"].tolist() for loss in LOSSES}
    falls = ", ".join(f"{loss} from {values[0]:.3g} to {values[-1]:.3g}" for loss, values in losses.items())
    steps, seconds = int(rows["step"].max()), float(rows["seconds"].max())
    return f"In {steps} steps and {seconds:.0f} s, {id} brought its losses down: {falls}."


def draw(table: "pd.DataFrame", figure: "Figure") -> None:
    from nstbench.charts.style import lines

    for axes, loss in zip(figure.subplots(1, len(LOSSES)), LOSSES, strict=True):
        rows = table[table["loss"] == loss]
        lines(
            axes,
            {str(id): curve.set_index("step")["value"] for id, curve in rows.groupby("training", sort=False)},
        )
        axes.set(title=f"{loss} loss", xlabel="step", yscale="log")
    figure.axes[0].legend(frameon=False)


ANALYSIS = Analysis("learning_curve", CurveParameters, measure, findings, draw, inches=(10.0, 3.2))
