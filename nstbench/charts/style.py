"""How every chart looks: one palette, one typography, and how lines and axes are drawn."""

import itertools
import math
from collections.abc import Mapping
from functools import partial
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogFormatter
from matplotlib.transforms import ScaledTranslation

INK, RULE = "#1b1b1a", "#d9d9d4"
# Okabe and Ito's colours, which stay apart for colour-blind readers, and three more in the gaps between them.
# A curve is solid; from the eleventh on, colours come again, dashed.
COLOURS = (
    *("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000"),
    *("#8c510a", "#7f7f7f", "#5e3c99"),
)
STYLES = [(colour, dash) for dash, colour in itertools.product(("-", (0, (4, 1.5))), COLOURS)]
# Pixels of the small picture that stands for a figure or a chart in the table of contents: three squares with
# gaps between them.
THUMBNAIL_SIDE, THUMBNAIL_GAP = 144, 4
THUMBNAIL = (3 * THUMBNAIL_SIDE + 2 * THUMBNAIL_GAP, THUMBNAIL_SIDE)
# `Any`, because matplotlib types the names of its settings as one long Literal.
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
    "figure.titlesize": 10,
    "figure.titleweight": "bold",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "grid.color": RULE,
    "grid.linewidth": 0.6,
    "xtick.color": INK,
    "ytick.color": INK,
}


def curves_by(table: pd.DataFrame, name: str, index: str, value: str) -> dict[str, pd.Series]:
    """A curve for each value of the column `name`: the column `value` over the column `index`."""
    return {str(id): rows.set_index(index)[value] for id, rows in table.groupby(name, sort=False)}


def lines(axes: Axes, curves: Mapping[str, pd.Series]) -> None:
    """One line a curve, by its name in the legend, over a horizontal grid; a single value is a dot."""
    for (name, curve), (colour, dash) in zip(curves.items(), itertools.cycle(STYLES), strict=False):
        marker = "o" if curve.count() == 1 else None
        axes.plot(curve.index, curve, color=colour, linestyle=dash, linewidth=1.4, marker=marker, label=name)
    axes.grid(axis="y")
    axes.margins(x=0.01)


def pairs_and_median(axes: Axes, curves: pd.DataFrame) -> None:
    """A thin line a column, one for each pair, and their median, over a horizontal grid.

    A single pair has no median; its line has the pair's name.
    """
    several = curves.shape[1] > 1
    if several:
        first, *_ = axes.plot(curves, color=RULE, linewidth=0.8)
        first.set_label("a pair")
    name = f"median of {curves.shape[1]} pairs" if several else ", ".join(curves.columns[0])
    axes.plot(curves.median(axis="columns"), color=COLOURS[0], linewidth=1.4, label=name)
    axes.grid(axis="y")


def legend_below(figure: Figure) -> None:
    """The names of all lines, each once, under the plots, where they cover nothing."""
    handles = {
        name: handle
        for axes in figure.axes
        for handle, name in zip(*axes.get_legend_handles_labels(), strict=True)
    }
    figure.legend(
        handles.values(), handles, loc="outside lower left", ncols=min(len(handles), 5), frameon=False
    )


def legend_under(axes: Axes, inches: float = 0.5) -> None:
    """The names of a plot's own lines, under it, where they cover nothing; `inches` are for its axis."""
    axes.legend(
        frameon=False,
        fontsize=8,
        loc="upper left",
        bbox_to_anchor=(0, 0),
        bbox_transform=axes.transAxes + ScaledTranslation(0, -inches, axes.figure.dpi_scale_trans),
        borderaxespad=0,
    )


def label_short_logarithmic_axes(figure: Figure) -> None:
    """Plain numbers at 1, 2 and 5, and on less than half a decade at every tick, where powers of ten collide.

    Ticks that a chart has chosen itself keep their labels.
    """
    for axis in (axis for axes in figure.axes for axis in (axes.xaxis, axes.yaxis)):
        low, high = map(float, axis.get_view_interval())
        if isinstance(axis.get_major_formatter(), LogFormatter) and math.log10(high / low) < 2:
            digits = {1, 2, 5} if math.log10(high / low) > 0.5 else set(range(1, 10))
            axis.set_major_formatter(partial(_plain, digits=digits))
            axis.set_minor_formatter(partial(_plain, digits=digits))


def _plain(value: float, place: int | None, *, digits: set[int]) -> str:
    """A tick, a multiple of a power of ten, where its first digit is one of `digits`."""
    first = round(value / 10.0 ** math.floor(math.log10(value) + 1e-9))
    return f"{value:,.10g}" if first in digits else ""
