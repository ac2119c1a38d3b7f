"""A chain of layers as boxes, high where maps are large, over a table of their shapes."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from nstbench.charts.diagrams.sheet import BLUE, GREEN, MUTED, ORANGE, Place, arrow, box, label, sheet
from nstbench.charts.style import RULE

# Inches, from the lower left corner.
MIDDLE, LEFT, RIGHT, HEADINGS = 2.5, 1.15, 9.65, 0.15
CAPTIONS = {"channels": 0.72, "side": 0.48, "parameters": 0.24}
READINGS = {"style": 3.95, "content": 1.3}
LINE = 0.17
LOWEST, HIGHER_PER_OCTAVE, DENSE_HEIGHT = 0.52, 0.28, 1.2
# Relative to each other.
WIDTHS = {"convolution": 0.36, "pooling": 0.2, "fully connected": 0.36}
GAP, BLOCK_GAP = 0.07, 0.08

COLOURS = {"convolution": BLUE, "pooling": MUTED, "fully connected": MUTED}
READING_COLOURS = {"style": ORANGE, "content": GREEN}


def draw_layers(table: pd.DataFrame, figure: Figure) -> None:
    """Draw the table of `LayerDiagram`."""
    axes = sheet(figure)
    places = _places(table)
    arrow(axes, [(places[0].left[0] - 0.2, MIDDLE), (places[-1].right[0] + 0.2, MIDDLE)])
    for place, row in zip(places, table.to_dict("records"), strict=True):
        box(axes, place, COLOURS[row["kind"]], dashed=row["kind"] == "fully connected", radius=0.03)
        label(axes, (place.x, place.y), row["layer"], rotation=90, fontsize=8)
        if purpose := row["read_for"]:
            # An arrow out of the box, up for the style and down for the content, to what is read there.
            colour, end = READING_COLOURS[purpose], READINGS[purpose]
            foot, tip = (
                (place.top, end - 1.3 * LINE) if purpose == "style" else (place.bottom, end + 0.6 * LINE)
            )
            arrow(axes, [foot, (place.x, tip)], colour)
            label(axes, (place.x, end), row["activation"], color=colour, weight="bold")
            label(axes, (place.x, end - LINE), f"features[{row['place']}]", color=MUTED, fontsize=7.5)
    for _, rows in table.groupby("block"):
        # Under a bracket what the layers of one block have in common.
        left, right = places[rows.index[0]].left[0], places[rows.index[-1]].right[0]
        first = rows.iloc[0]
        dense = first["kind"] == "fully connected"
        texts = {
            "channels": ", ".join(map(str, rows["channels"])) if dense else str(first["channels"]),
            "side": f"{first['side']} \N{MULTIPLICATION SIGN} {first['side']}",
            "parameters": f"{rows['parameters'].sum():,}",
        }
        height = CAPTIONS["channels"] + 0.16
        axes.plot([left, right], [height, height], color=RULE, linewidth=1)
        for key, text in texts.items():
            label(axes, ((left + right) / 2, CAPTIONS[key]), text)
    # What the lines of text are, at the left margin.
    for key, text in {"channels": "channels", "side": "size", "parameters": "parameters"}.items():
        label(axes, (HEADINGS, CAPTIONS[key]), text, ha="left", color=MUTED)
    for purpose in (purpose for purpose in READINGS if purpose in set(table["read_for"])):
        colour = READING_COLOURS[purpose]
        label(axes, (HEADINGS, READINGS[purpose]), purpose, ha="left", color=colour, weight="bold")
    label(axes, (HEADINGS, MIDDLE), "picture", ha="left", color=MUTED)


def _places(table: pd.DataFrame) -> list[Place]:
    """Boxes from LEFT to RIGHT, with wider gaps between blocks."""
    widths = table["kind"].map(WIDTHS)
    gaps = GAP + BLOCK_GAP * table["block"].diff().fillna(0)
    ends = (gaps + widths).cumsum() - GAP
    scale = (RIGHT - LEFT) / ends.iloc[-1]
    maps = table["side"].where(table["kind"] != "fully connected")
    heights = (LOWEST + HIGHER_PER_OCTAVE * np.log2(maps / maps.min())).fillna(DENSE_HEIGHT)
    shapes = zip(ends, widths, heights, strict=True)
    return [
        Place(LEFT + scale * (end - width / 2), MIDDLE, scale * width, height)
        for end, width, height in shapes
    ]
