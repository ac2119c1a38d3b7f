"""Runs in the plane of two metrics."""

import itertools
import textwrap

import matplotlib
import pandas as pd
from matplotlib.figure import Figure

from nstbench.charts.style import COLOURS, TYPOGRAPHY
from nstbench.metrics.base import Metric
from nstbench.report.notebook.glossary import heading
from nstbench.report.tables.scores import CONTROLS

MARKS = list(itertools.product("os^", COLOURS))
CONTROL_MARKS = dict(zip(CONTROLS.values(), [("X", "#8c8a84"), ("P", "#8c8a84")], strict=True))


def scatter(runs: pd.DataFrame, controls: pd.DataFrame, across: Metric, up: Metric) -> Figure:
    """A dot for every row, which has `arm` and a column per metric, marked by arm; the controls are grey."""
    arms = dict(zip(runs["arm"].unique(), itertools.cycle(MARKS), strict=False))
    points = pd.concat([runs, controls])
    with matplotlib.rc_context(TYPOGRAPHY):
        figure = Figure(figsize=(8.0, 4.0), layout="constrained")
        axes = figure.subplots()
        for line, (mark, colour) in (arms | CONTROL_MARKS).items():
            own = points[points["arm"] == line]
            axes.scatter(own[across.id], own[up.id], s=46, marker=mark, color=colour, label=line, zorder=2)
        axes.set_xlabel(_axis_title(across))
        axes.set_ylabel(_axis_title(up))
        axes.grid()
        figure.legend(loc="outside right upper", frameon=False)
    return figure


def _axis_title(metric: Metric) -> str:
    return f"{heading(metric)}\n{textwrap.fill(metric.title, 46)}"
