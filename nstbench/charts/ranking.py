"""The ranking of the benchmark as one drawing: its fronts, and the ranks of every entry by every measure."""

import itertools
from collections.abc import Mapping
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from nstbench.charts.style import COLOURS, INK, TYPOGRAPHY, label_short_logarithmic_axes
from nstbench.core.files import written_whole
from nstbench.pipeline.benchmark.records import Front, FrontPoint, Ranking, ranking_file

INCHES_WIDE, INCHES_OF_FRONTS, INCHES_A_ROW = 13.0, 4.6, 0.24
DOTS_PER_INCH = 150
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
# From the best mean rank to the worst.
SHADES = LinearSegmentedColormap.from_list("ranks", [COLOURS[2], "#ffffff", COLOURS[1]])
MOST_NAMED_ON_A_FRONT = 6
# In points: names are at least so far apart.
LINE_OF_NAMES = 8


def draw_ranking(ranking: Ranking, results: Path) -> None:
    """Write ranking.svg and ranking.png beside the ranking's tables."""
    with matplotlib.rc_context(TYPOGRAPHY):
        height = INCHES_OF_FRONTS + 1.6 + INCHES_A_ROW * len(ranking.entries)
        figure = Figure(figsize=(INCHES_WIDE, height), layout="constrained")
        ratios = INCHES_OF_FRONTS, height - INCHES_OF_FRONTS
        (above,), (below,) = figure.subfigures(2, 1, squeeze=False, height_ratios=ratios)
        methods = dict.fromkeys(entry.method for entry in ranking.entries)
        looks = ((colour, marker) for marker, colour in itertools.product(MARKERS, COLOURS))
        styles = dict(zip(methods, looks, strict=False))
        for axes, front in zip(
            above.subplots(1, len(ranking.fronts), squeeze=False).flat, ranking.fronts, strict=True
        ):
            _draw_front(axes, front, ranking, styles)
        handles = [
            Line2D([], [], color=colour, marker=marker, linestyle="none", label=method)
            for method, (colour, marker) in styles.items()
        ]
        above.legend(handles=handles, loc="outside lower center", ncols=7, frameon=False, fontsize=8)
        _draw_ranks(below.subplots(), ranking)
        label_short_logarithmic_axes(figure)
        for suffix in (".svg", ".png"):
            with written_whole(ranking_file(results, suffix)) as temporary:
                date = {"Date": None} if suffix == ".svg" else None
                figure.savefig(temporary, metadata=date, dpi=DOTS_PER_INCH)


def _draw_front(axes: Axes, front: Front, ranking: Ranking, styles: Mapping[str, tuple[str, str]]) -> None:
    """Every point, a line through the strengths of a preset, and names on the front."""
    measures = {measure.id: measure for measure in ranking.measures}
    by_preset: dict[tuple[str, str], list[FrontPoint]] = {}
    for point in front.points:
        by_preset.setdefault((point.method, point.preset), []).append(point)
    for (method, _), points in by_preset.items():
        colour, marker = styles[method]
        ordered = sorted(points, key=lambda point: point.strength)
        axes.plot(
            [point.x for point in ordered],
            [point.y for point in ordered],
            color=colour,
            linewidth=0.7,
            alpha=0.5,
        )
        for point in ordered:
            axes.scatter(
                point.x,
                point.y,
                s=34 if point.strength == 1 else 12,
                marker=marker,
                facecolor=colour if point.on_front else "white",
                edgecolor=colour,
                linewidth=1.1,
                zorder=3,
            )
    if front.log_x:
        axes.set_xscale("log")
    for axis, id in ((axes.xaxis, front.x), (axes.yaxis, front.y)):
        better = {"lower": "less is better", "higher": "more is better"}[measures[id].better]
        axis.set_label_text(f"{id} ({better})")
    axes.set_title(front.title)
    axes.grid(True)
    axes.set_axisbelow(True)
    _name_those_on_the_front(axes, front, styles)


def _name_those_on_the_front(axes: Axes, front: Front, styles: Mapping[str, tuple[str, str]]) -> None:
    """Beside the points, away from the nearer edge, and above or below a name that is there already."""
    named = sorted((point for point in front.points if point.on_front), key=lambda point: point.x)
    steps = max(1, -(-len(named) // MOST_NAMED_ON_A_FRONT))
    heights: list[float] = []
    for point in named[::steps]:
        at = axes.transData.transform((point.x, point.y))
        on_the_right = axes.transAxes.inverted().transform(at)[0] > 0.5
        # In points of 1/72 inch, as `at` is in dots.
        height = at[1] * 72 / axes.figure.dpi
        above = next(
            offset
            for offset in sorted(range(-60, 61, 2), key=lambda offset: abs(offset - 5))
            if all(abs(height + offset - taken) >= LINE_OF_NAMES for taken in heights)
        )
        heights.append(height + above)
        strength = "" if point.strength == 1 else f" x {point.strength:g}"
        axes.annotate(
            f"{point.method} {point.preset}{strength}" if point.kind == "ours" else point.method,
            (point.x, point.y),
            xytext=(-6 if on_the_right else 6, above),
            textcoords="offset points",
            ha="right" if on_the_right else "left",
            fontsize=7,
            color=styles[point.method][0],
        )


def _draw_ranks(axes: Axes, ranking: Ranking) -> None:
    """Mean ranks as shades, places as numbers; entries from the best mean over measures to the worst."""
    placings = [placing for placing in ranking.placings if placing.ranks]
    names = {entry.name: entry for entry in ranking.entries}
    means = {
        name: np.mean([placing.ranks[name] for placing in placings if name in placing.ranks] or [np.inf])
        for name in names
    }
    ordered = sorted(names, key=means.__getitem__)
    table = np.array([[placing.ranks.get(name, np.nan) for placing in placings] for name in ordered])
    axes.imshow(table, cmap=SHADES, aspect="auto", vmin=1, vmax=len(ordered))
    for (row, column), rank in np.ndenumerate(table):
        found = ranking.row(names[ordered[row]], placings[column].measure)
        if found.place is not None:
            text = f"{found.place}" if np.isfinite(rank) else f"({found.place})"
            axes.text(column, row, text, ha="center", va="center", fontsize=8, color=INK)
    axes.set_xticks(range(len(placings)), [placing.measure for placing in placings], rotation=40, ha="left")
    axes.set_yticks(range(len(ordered)), ordered)
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.set_title(
        f"Places on {len(ranking.pairs)} pairs; green: good mean rank; who shares a place is not told apart",
        pad=44,
    )
