"""Feature maps at the top and at the side of a table of their products."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nstbench.charts.diagrams.data_uri import from_data_uri
from nstbench.charts.diagrams.sheet import (
    BLUE,
    MUTED,
    ORANGE,
    Place,
    arrow,
    box,
    label,
    picture,
    sheet,
)
from nstbench.charts.style import INK

# Inches, from the lower left corner.
MIDDLE = 2.0
PICTURE = Place(1.25, MIDDLE, 1.8, 1.8)
LEFT = 3.55  # Of the middles of the maps at the side.
CELL, PITCH, TITLE_GAP = 0.68, 0.74, 0.52
FORMULA = (8.5, MIDDLE)
# From this share of the largest entry on, numbers are white.
DARK = 0.65


def draw_gram_table(table: pd.DataFrame, figure: Figure) -> None:
    """Draw the table of `GramDiagram`."""
    axes = sheet(figure)
    (shown,) = table.loc[table["part"] == "picture", "picture"]
    picture(axes, PICTURE, from_data_uri(shown))
    label(axes, (PICTURE.x, PICTURE.bottom[1] - 0.17), "picture", color=MUTED)
    arrow(axes, [PICTURE.right, (LEFT - 0.85, PICTURE.y)])
    entries = table[table["part"] == "entry"]
    height = MIDDLE + PITCH * entries["other"].nunique() / 2
    top = {name: Place(LEFT + PITCH * n, height, CELL, CELL) for n, name in _numbered(entries["map"])}
    side = {name: Place(LEFT, height - PITCH * n, CELL, CELL) for n, name in _numbered(entries["other"])}
    colours = _colours(_layer(entries["map"].iloc[0]), _layer(entries["other"].iloc[0]))
    for places in (top, side):
        _draw_maps(axes, table, places)
    _draw_titles(axes, top, side, colours)
    _draw_entries(axes, entries, top, side)
    _draw_formula(axes, list(colours))


def _numbered(names: pd.Series) -> list[tuple[int, str]]:
    return list(enumerate(names.unique(), 1))


def _layer(name: str) -> str:
    return name.split("/")[0]


def _colours(top: str, side: str) -> dict[str, str]:
    """By layer."""
    return {side: ORANGE} | {top: BLUE}


def _draw_maps(axes: Axes, table: pd.DataFrame, places: Mapping[str, Place]) -> None:
    """Black where a channel is silent; square roots, because a few positions fire much more than others."""
    for name, place in places.items():
        rows = table[(table["part"] == "map") & (table["map"] == name)]
        pixels = rows.pivot(index="y", columns="x", values="value").to_numpy(float)
        picture(axes, place, np.sqrt(pixels), cmap="gray", vmin=0, interpolation="nearest")


def _draw_titles(
    axes: Axes, top: Mapping[str, Place], side: Mapping[str, Place], colours: Mapping[str, str]
) -> None:
    """The layers of the maps, at the middles of their rows."""
    for places, (dx, dy), rotation in ((top, (0, TITLE_GAP), 0), (side, (-TITLE_GAP, 0), 90)):
        first, *_, last = places.values()
        middle = ((first.x + last.x) / 2 + dx, (first.y + last.y) / 2 + dy)
        layer = _layer(next(iter(places)))
        text = f"{len(places)} maps of {layer}"
        label(axes, middle, text, rotation=rotation, color=colours[layer], weight="bold")


def _draw_entries(
    axes: Axes, entries: pd.DataFrame, top: Mapping[str, Place], side: Mapping[str, Place]
) -> None:
    """A number for each pair, the darker the larger."""
    largest = entries["value"].max()
    for row in entries.to_dict("records"):
        place = Place(top[row["map"]].x, side[row["other"]].y, CELL, CELL)
        share = row["value"] / largest
        box(axes, place, BLUE, tinted=share)
        label(axes, (place.x, place.y), f"{row['value']:.2f}", color="white" if share > DARK else INK)


def _draw_formula(axes: Axes, layers: list[str]) -> None:
    """What the numbers are: entries of a Gram matrix, or of a chained one where there are two layers."""
    x, y = FORMULA
    if len(layers) == 1:
        formula = r"$G_{ij}=\frac{1}{M}\sum_p F_i(p)\,F_j(p)$"
        notes = [f"$F$: maps of {layers[0]}", "$p$: the $M$ positions of a map"]
    else:
        formula = r"$G_{ij}=\frac{1}{M}\sum_p F_i(p)\,\hat D_j(p)$"
        notes = [
            f"$F$: maps of {layers[1]}",
            rf"$\hat D$: maps of {layers[0]}, enlarged",
            "to the size of $F$",
        ]
    label(axes, (x, y + 0.3), formula, fontsize=13)
    label(axes, (x, y - 0.3), "\n".join(notes), color=MUTED, linespacing=1.6)
