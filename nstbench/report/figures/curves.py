"""Loss curves of a figure: one line per arm, total, style and content loss side by side."""

import math
from collections.abc import Sequence

import matplotlib
import pandas as pd
from matplotlib.figure import Figure

from nstbench.charts.style import TYPOGRAPHY, label_short_logarithmic_axes, lines
from nstbench.pipeline.finished import FinishedRun
from nstbench.report.figures.pair_results import PairResults

INCHES = (10.0, 4.2)
TOTAL = "total loss"
LOSSES = {TOTAL: "^total$", "style loss": "^style/", "content loss": "^content/"}  # columns of a trace


def draw_curves(pair: PairResults) -> Figure:
    """The loss curves of a pair, each arm's shown run.

    Axes that no run has a loss for are left out.
    """
    shown = losses(list(pair.shown.values()))
    with matplotlib.rc_context(TYPOGRAPHY):
        figure = Figure(figsize=INCHES, layout="constrained")
        grid = figure.subplots(1, len(shown), squeeze=False)
        for axes, (title, curves) in zip(grid[0], shown.items(), strict=True):
            lines(axes, {str(curve.name): curve for curve in curves})
            axes.set_yscale("log")
            axes.set_title(title)
            axes.set_xlabel("evaluation")
            values = pd.concat(curves).dropna()
            if not values.empty:
                # The middle 98 %, so that the leaps of a descent's first steps do not flatten the rest.
                axes.set_ylim(values.quantile(0.01) / 1.5, values.quantile(0.99) * 1.5)
        label_short_logarithmic_axes(figure)
        handles = figure.axes[0].get_lines()
        columns = min(4, len(handles))
        figure.legend(handles=handles, loc="outside lower left", ncols=columns, frameon=False)
    return figure


def losses(runs: Sequence[FinishedRun]) -> dict[str, list[pd.Series]]:
    """Per loss, one curve a run, named after its arm; those that none has are left out, but for the total."""
    every: dict[str, list[pd.Series]] = {title: [] for title in LOSSES}
    for run in runs:
        trace = run.trace.set_index("evaluation")
        for title, columns in LOSSES.items():
            summed = trace.filter(regex=columns).sum(axis=1, min_count=1)
            # What has no place on a logarithmic axis is missing.
            drawable = summed.where(summed.between(0, math.inf, inclusive="neither"))
            every[title].append(drawable.rename(run.planned.arm.caption))
    return {
        title: curves
        for title, curves in every.items()
        if title == TOTAL or any(curve.notna().any() for curve in curves)
    }
