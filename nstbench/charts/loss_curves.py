"""What a descent's loss does from one evaluation to the next.

A descent is judged by the least loss that it has found so far, because some optimisers rise on their way.
Losses compare only where nothing but the optimiser differs. Sources of the questions: Da, on L-BFGS beside
other optimisers; Unlusoy, Menssen and Cerrada, who find 200 to 300 "epochs" optimal.
"""

import math
from typing import TYPE_CHECKING

from pydantic import Field, field_validator

from nstbench.charts.base import ChartKind, Materials
from nstbench.core.number_format import counted

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from nstbench.pipeline.finished import FinishedRun

# What belongs to one descent.
RUN = ["content", "style", "seed", "arm"]
# Descents between the same pictures.
PAIR = ["content", "style", "seed"]
# A descent has arrived when its loss is at most this many times the least that any arm has found.
WITHIN = 1.05


def least_so_far(run: "FinishedRun") -> "pd.DataFrame":
    """Columns content, style, seed, arm, evaluation, loss: one row an evaluation."""
    trace = run.trace[["evaluation", "total"]]
    planned = run.planned.run
    table = trace[["evaluation"]].assign(loss=trace["total"].cummin())
    table[RUN] = planned.content, planned.style, planned.seed, run.planned.arm.caption
    return table[[*RUN, "evaluation", "loss"]]


class Convergence(ChartKind):
    """How fast the arms of an experiment lower the same loss. Nothing to choose."""

    def measure(self, materials: Materials) -> "pd.DataFrame":
        """Columns content, style, seed, arm, evaluation, loss (the least so far), arrived.

        `arrived` is the number of evaluations that the arm took to arrive, NaN when it never did.
        """
        import pandas as pd

        table = pd.concat([least_so_far(run) for run in materials.runs], ignore_index=True)
        goal = WITHIN * table.groupby(PAIR)["loss"].transform("min")
        there = table["evaluation"].where(table["loss"] <= goal)
        return table.assign(arrived=there.groupby([table[name] for name in RUN]).transform("min"))

    @staticmethod
    def findings(table: "pd.DataFrame") -> list[str]:
        """How far above the best arm the others end, and how many evaluations each takes to arrive."""
        ratios, arrived = final_ratios(table), arrivals(table)
        best = ratios.index[0]
        others = ", ".join(f"{ratio:.2f} times ({arm})" for arm, ratio in ratios.iloc[1:].items())
        pairs = table[PAIR].drop_duplicates()
        there = arrived.dropna().sort_values()
        said = [f"{arm} {evaluations:,.0f}" for arm, evaluations in there.items()]
        if missing := [str(arm) for arm in arrived.index.difference(there.index, sort=False)]:
            said.append(f"never {', '.join(missing)}")
        return [
            f"After {table['evaluation'].max():,} evaluations the least loss is that of {best}; others end "
            f"at {others} of it ({counted(len(pairs), 'descent')} of each).",
            f"Evaluations to come within {WITHIN - 1:.0%} of the least loss: {'; '.join(said)}.",
        ]

    @staticmethod
    def draw(table: "pd.DataFrame", figure: "Figure") -> None:
        """The first pair's losses, and dots in the colours of the lines for the losses at the end.

        Dots, because a bar on a logarithmic axis has no length that says anything.
        """
        from nstbench.charts.style import INK, curves_by, lines

        losses, ends = figure.subplots(1, 2, width_ratios=(3, 2))
        content, style, seed = table[PAIR].iloc[0]
        first = table[(table["content"] == content) & (table["style"] == style) & (table["seed"] == seed)]
        lines(losses, curves_by(first, "arm", "evaluation", "loss"))
        losses.set(title=f"Least loss so far: {content}, {style}", xlabel="evaluation", ylabel="loss")
        losses.set(yscale="log")
        ratios = final_ratios(table)
        looks = {line.get_label(): line for line in losses.get_lines()}
        for arm, ratio in ratios.items():
            look = {"color": looks[arm].get_color(), "linestyle": looks[arm].get_linestyle()}
            ends.plot([1, ratio], [arm, arm], linewidth=1.4, marker="o", markevery=[1], **look)
            ends.annotate(
                f"{ratio:.2f}", (ratio, arm), xytext=(7, 0), textcoords="offset points", va="center"
            )
        ends.axvline(1, color=INK, linewidth=0.7)
        ends.spines["left"].set_visible(False)
        ends.tick_params(axis="y", length=0)
        ends.invert_yaxis()
        ends.set(title="Loss at the end", xlabel="times that of the best, which is 1", xscale="log")
        ends.set_xlim(0.97, 1.35 * ratios.max())


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


class Improvement(ChartKind):
    """What further evaluations are worth: by which share the loss falls from one checkpoint to the next.

    `checkpoints` are the evaluations between which the loss is compared, rising.
    """

    checkpoints: tuple[int, ...] = Field(min_length=2)

    @field_validator("checkpoints")
    @classmethod
    def _rising(cls, checkpoints: tuple[int, ...]) -> tuple[int, ...]:
        if list(checkpoints) != sorted(set(checkpoints)) or checkpoints[0] < 1:
            raise ValueError("checkpoints have to rise from 1 or more")
        return checkpoints

    def measure(self, materials: Materials) -> "pd.DataFrame":
        """Columns content, style, seed, arm, evaluation, loss (the least so far), since, improvement.

        At a checkpoint `improvement` is the share by which the loss has fallen `since` the one before, NaN
        when the run ends earlier.
        """
        import pandas as pd

        before = pd.Series(self.checkpoints, self.checkpoints).shift()
        tables = []
        for run in materials.runs:
            table = least_so_far(run)
            own = table[RUN].iloc[0].to_list()
            by_evaluation = table.set_index("evaluation")
            losses = by_evaluation["loss"].reindex(self.checkpoints)
            gains = pd.DataFrame({"since": before, "improvement": 1 - losses / losses.shift()})
            joined = by_evaluation.join(gains, how="outer").rename_axis("evaluation").reset_index()
            joined[RUN] = own  # Also where a run ends before a checkpoint.
            tables.append(joined[[*RUN, "evaluation", "loss", "since", "improvement"]])
        return pd.concat(tables, ignore_index=True)

    @staticmethod
    def findings(table: "pd.DataFrame") -> list[str]:
        """What each step from checkpoint to checkpoint gains."""
        clauses = []
        for since, until, gain in improvements(table).reset_index().itertuples(index=False):
            if math.isnan(gain):
                clauses.append(f"from {since:,.0f} to {until:,} is not measured, because the runs end before")
            else:
                clauses.append(f"from {since:,.0f} to {until:,} evaluations the loss falls by {gain:.1%}")
        said = "; ".join(clauses)
        return [f"{said[0].upper()}{said[1:]}."]

    @staticmethod
    def draw(table: "pd.DataFrame", figure: "Figure") -> None:
        """The pairs' losses with their median, and bars of the improvements."""
        from nstbench.charts.style import COLOURS, RULE, legend_below, pairs_and_median

        losses, steps = figure.subplots(1, 2, width_ratios=(3, 2))
        traces = table[table["seed"] == 0].dropna(subset="loss")
        curves = traces.pivot(index="evaluation", columns=["content", "style"], values="loss")
        pairs_and_median(losses, curves)
        gains = improvements(table).dropna()
        reached = gains.reset_index()
        for checkpoint in {*reached["since"], *reached["evaluation"]}:
            losses.axvline(checkpoint, color=RULE, zorder=0)
        losses.set(title="Least loss so far", xlabel="evaluation", ylabel="loss", yscale="log")
        names = [f"{row.since:,.0f} to {row.evaluation:,}" for row in reached.itertuples()]
        bars = steps.bar(names, 100 * gains, color=COLOURS[0])
        steps.bar_label(bars, fmt="%.1f %%", padding=3)
        steps.margins(y=0.1)
        steps.set(title="Improvement", xlabel="between evaluations", ylabel="% of the loss")
        if reached.empty:
            steps.text(0.5, 0.5, "not measured: the runs end before", ha="center", transform=steps.transAxes)
            steps.set(xticks=[], yticks=[])
        legend_below(figure)


def improvements(table: "pd.DataFrame") -> "pd.Series":
    """By `since` and `evaluation`; medians over runs."""
    steps = table.dropna(subset="since")
    return steps.groupby(["since", "evaluation"])["improvement"].median()
