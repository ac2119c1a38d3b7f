"""What further evaluations are worth: by which share the loss falls from one checkpoint to the next.

Source of the question: Unlusoy, Menssen and Cerrada, who find 200 to 300 "epochs" optimal.
"""

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from pydantic import Field, field_validator

from nstbench.charts.analyses.base import Analysis, Materials
from nstbench.charts.analyses.convergence import RUN, least_so_far
from nstbench.core.configuration import Record

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from nstbench.pipeline.finished import FinishedRun


class ImprovementParameters(Record):
    """The evaluations between which the loss is compared, rising."""

    checkpoints: tuple[int, ...] = Field(min_length=2)

    @field_validator("checkpoints")
    @classmethod
    def _rising(cls, checkpoints: tuple[int, ...]) -> tuple[int, ...]:
        if list(checkpoints) != sorted(set(checkpoints)) or checkpoints[0] < 1:
            raise ValueError("checkpoints have to rise from 1 or more")
        return checkpoints


def measure(materials: Materials) -> "pd.DataFrame":
    """Columns content, style, seed, arm, evaluation, loss (the least so far), since, improvement.

    At a checkpoint `improvement` is the share by which the loss has fallen `since` the one before, NaN when
    the run ends earlier.
    """
    import pandas as pd

    return pd.concat(
        [_with_improvements(run, materials.parameters.checkpoints) for run in materials.runs],
        ignore_index=True,
    )


def _with_improvements(run: "FinishedRun", checkpoints: tuple[int, ...]) -> "pd.DataFrame":
    import pandas as pd

    table = least_so_far(run)
    losses = table.set_index("evaluation")["loss"].reindex(checkpoints)
    gains = pd.DataFrame(
        {
            "since": pd.Series(checkpoints, checkpoints).shift(),
            "improvement": 1 - losses / losses.shift(),
        }
    )
    joined = table.set_index("evaluation").join(gains, how="outer").rename_axis("evaluation").reset_index()
    joined[RUN] = table[RUN].iloc[0].to_list()
    return joined[[*RUN, "evaluation", "loss", "since", "improvement"]]


def improvements(table: "pd.DataFrame") -> "pd.Series":
    """By `since` and `evaluation`; medians over runs."""
    steps = table.dropna(subset="since")
    return steps.groupby(["since", "evaluation"])["improvement"].median()


def findings(table: "pd.DataFrame") -> list[str]:
    said = "; ".join(_in_words(improvements(table)))
    return [f"{said[0].upper()}{said[1:]}."]


def _in_words(gains: "pd.Series") -> Iterator[str]:
    for since, until, gain in gains.reset_index().itertuples(index=False):
        if math.isnan(gain):
            yield f"from {since:,.0f} to {until:,} is not measured, because the runs end before"
        else:
            yield f"from {since:,.0f} to {until:,} evaluations the loss falls by {gain:.1%}"


def draw(table: "pd.DataFrame", figure: "Figure") -> None:
    from nstbench.charts.style import COLOURS, RULE, pairs_and_median

    losses, steps = figure.subplots(1, 2, width_ratios=(3, 2))
    traces = table[table["seed"] == 0].dropna(subset="loss")
    curves = traces.pivot(index="evaluation", columns=["content", "style"], values="loss")
    pairs_and_median(losses, curves)
    gains = improvements(table).dropna()
    reached = gains.reset_index()
    for checkpoint in {*reached["since"], *reached["evaluation"]}:
        losses.axvline(checkpoint, color=RULE, zorder=0)
    losses.set(title="Least loss so far, median of the pairs in blue", xlabel="evaluation", yscale="log")
    names = [f"{row.since:,.0f} to {row.evaluation:,}" for row in reached.itertuples()]
    bars = steps.bar(names, 100 * gains, color=COLOURS[0])
    steps.bar_label(bars, fmt="%.1f %%", padding=3)
    steps.set(title="Improvement between evaluations", ylabel="% of the loss")
    if reached.empty:
        steps.text(0.5, 0.5, "not measured: the runs end before", ha="center", transform=steps.transAxes)
        steps.set(xticks=[], yticks=[])


ANALYSIS = Analysis("improvement", ImprovementParameters, measure, findings, draw)
