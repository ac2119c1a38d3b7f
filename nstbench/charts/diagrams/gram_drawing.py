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
    across, down = entries["map"].unique(), entries["other"].unique()
    height = MIDDLE + PITCH * len(down) / 2
    top = {name: Place(LEFT + PITCH * n, height, CELL, CELL) for n, name in enumerate(across, 1)}
    side = {name: Place(LEFT, height - PITCH * n, CELL, CELL) for n, name in enumerate(down, 1)}
    for name, place in (*top.items(), *side.items()):
        rows = table[(table["part"] == "map") & (table["map"] == name)]
        pixels = rows.pivot(index="y", columns="x", values="value").to_numpy(float)
        # Black where a channel is silent; square roots, because a few positions fire much more than others.
        picture(axes, place, np.sqrt(pixels), cmap="gray", vmin=0, interpolation="nearest")
    layers = _draw_titles(axes, top, side)
    largest = entries["value"].max()
    for row in entries.to_dict("records"):
        place = Place(top[row["map"]].x, side[row["other"]].y, CELL, CELL)
        share = row["value"] / largest  # The larger an entry, the darker.
        box(axes, place, BLUE, tinted=share)
        label(axes, (place.x, place.y), f"{row['value']:.2f}", color="white" if share > DARK else INK)
    # What the numbers are: entries of a Gram matrix, or of a chained one where there are two layers.
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


def _draw_titles(axes: Axes, top: Mapping[str, Place], side: Mapping[str, Place]) -> list[str]:
    """Write the layers of the maps at the middles of their rows; which there are, the side's first."""
    above, beside = (next(iter(places)).split("/")[0] for places in (top, side))
    colours = {beside: ORANGE} | {above: BLUE}
    for places, layer, (dx, dy), rotation in (
        (top, above, (0, TITLE_GAP), 0),
        (side, beside, (-TITLE_GAP, 0), 90),
    ):
        first, *_, last = places.values()
        middle = ((first.x + last.x) / 2 + dx, (first.y + last.y) / 2 + dy)
        text = f"{len(places)} maps of {layer}"
        label(axes, middle, text, rotation=rotation, color=colours[layer], weight="bold")
    return list(colours)
