"""How lines and axes look in every chart."""

import itertools
from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

INK, RULE = "#1b1b1a", "#d9d9d4"
# Okabe and Ito's colours, which stay apart for colour-blind readers, first solid, then dashed.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")
STYLES = [(colour, dash) for dash, colour in itertools.product(("-", (0, (4, 1.5))), COLOURS)]
TYPOGRAPHY: Any = {
    "svg.hashsalt": "nstbench",
    "font.size": 9.5,
    "text.color": INK,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.7,
    "axes.titlelocation": "left",
    "axes.titlesize": 10,
    "axes.titleweight": "bold",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "grid.color": RULE,
    "grid.linewidth": 0.6,
    "xtick.color": INK,
    "ytick.color": INK,
}


def lines(axes: Axes, curves: Mapping[str, pd.Series]) -> None:
    """One line a curve, by its name in the legend, over a horizontal grid; a single value is a dot."""
    for (name, curve), (colour, dash) in zip(curves.items(), itertools.cycle(STYLES), strict=False):
        marker = "o" if curve.count() == 1 else None
        axes.plot(curve.index, curve, color=colour, linestyle=dash, linewidth=1.4, marker=marker, label=name)
    axes.grid(axis="y")
    axes.margins(x=0.01)
