"""Pictures, networks and boxes with arrows between them."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from nstbench.charts.diagrams.data_uri import from_data_uri
from nstbench.charts.diagrams.sheet import (
    BLUE,
    GREEN,
    MUTED,
    ORANGE,
    Place,
    Point,
    arrow,
    box,
    label,
    picture,
    sheet,
)
from nstbench.charts.style import INK

# Inches.
SIZES = {"picture": (0.95, 0.95), "network": (1.5, 0.8), "box": (1.5, 0.5)}
CAPTION, MARGIN, LAYER_GAP = 0.16, 0.2, 0.03
FOOT = 0.4  # Below all nodes, where arrows lead back.
# How much lower a layer is drawn when its maps are half as large, relative to the full height.
LOWER_PER_OCTAVE = 0.15
BOX_COLOURS = {"style": ORANGE, "content": GREEN, "both": INK}
LAYER_COLOURS = {"convolution": BLUE, "pooling": MUTED, "residual block": GREEN, "upsampling": ORANGE}


def draw_flow(table: pd.DataFrame, figure: Figure) -> None:
    """Draw the table of `FlowDiagram`."""
    axes = sheet(figure)
    width, height = figure.get_size_inches()
    nodes = table[table["part"] == "node"]
    places = {
        row["node"]: Place(width * row["x"], FOOT + (height - FOOT) * (1 - row["y"]), *SIZES[row["kind"]])
        for row in nodes.to_dict("records")
    }
    for row in table[table["part"] == "arrow"].to_dict("records"):
        points = _points(places[row["start"]], places[row["end"]], row["way"])
        # Arrows that lead back along the lower edge of the sheet have their text there.
        arrow(axes, points, dashed=row["way"] in ("under", "around"))
        if row["text"]:
            middle = ((points[1][0] + points[2][0]) / 2, (points[1][1] + points[2][1]) / 2)
            label(axes, middle, row["text"], backgroundcolor="white")
    for row in nodes.to_dict("records"):
        # Boxes have their text inside, pictures below and networks above.
        place = places[row["node"]]
        match row["kind"]:
            case "picture":
                picture(axes, place, from_data_uri(row["picture"]))
                label(axes, (place.x, place.bottom[1] - CAPTION), row["text"])
            case "network":
                # A slab a layer, as high as its maps are large.
                layers = table[(table["part"] == "layer") & (table["node"] == row["node"])]
                pitch = place.width / len(layers)
                slabs = zip(layers["kind"], layers["stride"].cumprod(), strict=True)
                for number, (kind, scale) in enumerate(slabs):
                    high = place.height * (1 - LOWER_PER_OCTAVE * np.log2(scale))
                    slab = Place(place.left[0] + (number + 0.5) * pitch, place.y, pitch - LAYER_GAP, high)
                    box(axes, slab, LAYER_COLOURS[kind], radius=0.02, tinted=0.35)
                label(axes, (place.x, place.top[1] + CAPTION), row["text"])
            case _:
                box(axes, place, BOX_COLOURS[row["about"]])
                label(axes, (place.x, place.y), row["text"], linespacing=1.4)


def _points(start: Place, end: Place, way: str) -> list[Point]:
    """The corners of an arrow."""
    first, last = (start.right, end.left) if start.x < end.x else (start.left, end.right)
    match way:
        case "turn":  # Sideways, then up or down.
            return [first, (end.x, start.y), end.bottom if start.y < end.y else end.top]
        case "under":
            return [start.bottom, (start.x, MARGIN), (end.x, MARGIN), end.bottom]
        case "around":
            return [start.bottom, (start.x, MARGIN), (MARGIN, MARGIN), (MARGIN, end.y), end.left]
    # Straight where both are in one row or column, else with a step half-way.
    if start.x == end.x:
        return [start.bottom, end.top] if start.y > end.y else [start.top, end.bottom]
    if start.y == end.y:
        return [first, last]
    middle = (first[0] + last[0]) / 2
    return [first, (middle, first[1]), (middle, last[1]), last]
