"""How fast the arms of an experiment get down the same loss.

An arm is judged by the least loss that it has found so far, because some optimisers rise on their way. Losses
compare only where nothing but the optimiser differs.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from nstbench.charts.analyses.base import Analysis, Materials
from nstbench.core.configuration import Record

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from nstbench.pipeline.finished import FinishedRun

# What belongs to one descent.
RUN = ["content", "style", "seed", "arm"]
# Descents between the same pictures.
PAIR = ["content", "style", "seed"]
# A descent has arrived when its loss is at most so many times the least that any arm has found.
WITHIN = 1.05


class ConvergenceParameters(Record):
    """Nothing to choose."""


def measure(materials: Materials) -> "pd.DataFrame":
    """Columns content, style, seed, arm, evaluation, loss (the least so far), arrived.

    `arrived` is the number of evaluations that the arm took to arrive, NaN when it never did.
    """
    import pandas as pd

    table = pd.concat([least_so_far(run) for run in materials.runs], ignore_index=True)
    goal = WITHIN * table.groupby(PAIR)["loss"].transform("min")
    there = table["evaluation"].where(table["loss"] <= goal)
    return table.assign(arrived=there.groupby([table[name] for name in RUN]).transform("min"))


def least_so_far(run: "FinishedRun") -> "pd.DataFrame":
    """Columns content, style, seed, arm, evaluation, loss: one row an evaluation."""
    trace = run.trace[["evaluation", "total"]]
    planned = run.planned.run
    own = (planned.content, planned.style, planned.seed, run.planned.arm.caption)
    table = trace[["evaluation"]].assign(loss=trace["total"].cummin())
    table[RUN] = own
    return table[[*RUN, "evaluation", "loss"]]


def final_ratios(table: "pd.DataFrame") -> "pd.Series":
    """The loss at the end over that of the best arm, by arm, the best first; medians over pairs and seeds."""
    finals = table.groupby(RUN, sort=False)["loss"].min()
    ratios = finals / finals.groupby(level=PAIR).transform("min")
    return ratios.groupby(level="arm", sort=False).median().sort_values()


def arrivals(table: "pd.DataFrame") -> "pd.Series":
    """Evaluations until an arm has arrived; medians over pairs and seeds, NaN when most never do."""
    import numpy as np

    arrived = table.groupby(RUN, sort=False)["arrived"].first().fillna(np.inf)
    return arrived.groupby(level="arm", sort=False).median().replace(np.inf, np.nan)


def findings(table: "pd.DataFrame") -> list[str]:
    from nstbench.core.number_format import counted

    ratios, arrived = final_ratios(table), arrivals(table)
    best = ratios.index[0]
    others = ", ".join(f"{ratio:.2f} times ({arm})" for arm, ratio in ratios.iloc[1:].items())
    pairs = table[PAIR].drop_duplicates()
    return [
        f"After {table['evaluation'].max():,} evaluations the least loss is that of {best}; others end at "
        f"{others} of it ({counted(len(pairs), 'descent')} of each).",
        f"Evaluations to come within {WITHIN - 1:.0%} of the least loss: "
        f"{'; '.join(_arrivals_in_words(arrived))}.",
    ]


def _arrivals_in_words(arrived: "pd.Series") -> Iterator[str]:
    there = arrived.dropna().sort_values()
    yield from (f"{arm} {evaluations:,.0f}" for arm, evaluations in there.items())
    if missing := [str(arm) for arm in arrived.index.difference(there.index, sort=False)]:
        yield f"never {', '.join(missing)}"


def draw(table: "pd.DataFrame", figure: "Figure") -> None:
    from nstbench.charts.style import COLOURS, lines

    losses, ends = figure.subplots(1, 2, width_ratios=(3, 2))
    content, style, seed = table[PAIR].iloc[0]
    first = table[(table["content"] == content) & (table["style"] == style) & (table["seed"] == seed)]
    curves: dict[str, Any] = {
        str(arm): rows.set_index("evaluation")["loss"] for arm, rows in first.groupby("arm", sort=False)
    }
    lines(losses, curves)
    losses.set(title=f"Least loss so far: {content}, {style}", xlabel="evaluation", yscale="log")
    losses.legend(frameon=False, fontsize=8)
    ratios = final_ratios(table)
    bars = ends.barh([str(arm) for arm in ratios.index], ratios - 1, left=1, color=COLOURS[0])
    ends.bar_label(bars, labels=[f"{ratio:.2f}" for ratio in ratios], padding=3)
    ends.invert_yaxis()
    ends.set(title="Loss at the end, the best is 1", xscale="log", xlim=(1, 1.2 * ratios.max()))


ANALYSIS = Analysis("convergence", ConvergenceParameters, measure, findings, draw)
