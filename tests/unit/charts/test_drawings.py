"""Drawings: bars begin at zero, names have colours of their own, and legends cover nothing."""

import functools
import itertools
from pathlib import Path

import pandas as pd
import pytest
from matplotlib.colors import to_hex
from matplotlib.container import BarContainer
from matplotlib.figure import Figure
from PIL import Image

import nstbench.charts
from nstbench.charts.channel_means import NETWORKS
from nstbench.charts.diagrams.data_uri import to_data_uri
from nstbench.charts.gram_matrices import NORMALISERS as OF_ENTRIES
from nstbench.charts.kinds import chart_kind
from nstbench.charts.style import COLOURS
from nstbench.charts.style_layers import NORMALISERS
from nstbench.charts.writing import drawing

LAYERS = ("relu1_1", "relu2_1", "relu3_1")
PAIRS = (("a", "x"), ("b", "y"))


def table(*columns: str, rows: list[tuple]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=columns)


def descents(arms: list[str]) -> pd.DataFrame:
    """Losses 1/evaluation, the larger the later the arm."""
    rows = [
        (*pair, 0, arm, evaluation, (1 + place) / evaluation, None)
        for pair in PAIRS
        for place, arm in enumerate(arms)
        for evaluation in range(1, 5)
    ]
    return table("content", "style", "seed", "arm", "evaluation", "loss", "arrived", rows=rows)


def improving(descents: pd.DataFrame) -> pd.DataFrame:
    return descents.assign(
        since=descents["evaluation"].where(descents["evaluation"] > 2) - 1, improvement=0.2
    )


def learning() -> pd.DataFrame:
    rows = [
        (training, loss, step, (1 + place) / step, step, None)
        for place, training in enumerate(["one", "two", "three"])
        for loss in ("total", "style", "content")
        for step in range(1, 50)
    ]
    return table("training", "loss", "step", "value", "seconds", "jump", rows=rows)


SIZES = {"64 x 64": 4096, "128 x 128": 16384, "122 x 90": 10980, "256 x 256": 65536}
STYLES = ("wave", "night", "facets", "wheat", "scream", "tesserae")
WAYS = ("half", "whole", "descent")
TABLES = {
    "convergence": descents([f"rate {10**-place:g}" for place in range(len(COLOURS))]),
    "improvement": improving(descents(["arm"])),
    "segment": table(
        *("content", "style", "start", "end", "place", "loss"),
        rows=[
            (*pair, start, end, place, 0.1 + place)
            for pair in PAIRS
            for start, end in itertools.combinations(("from the content", "from the style", "from noise"), 2)
            for place in (0.0, 0.5, 1.0)
        ],
    ),
    "picture_sizes": table(
        *("style", "asked", "pixels", "seconds", "distance"),
        rows=[
            (style, size, pixels, 0.1 * place, 0.1 * number)
            for number, style in enumerate(STYLES, 1)
            for place, (size, pixels) in enumerate(SIZES.items(), 1)
        ],
    ),
    "frames_per_second": table(
        *("way", "size", "seconds", "ratio"),
        rows=[
            (way, size, size * 10.0**place / 1e4, 10.0 ** (3 - place))
            for place, way in enumerate(WAYS)
            for size in (128, 256, 512)
        ],
    ),
    "learning_curve": learning(),
    "relaunches": learning(),
    "statistic_cost": table(
        *("statistic", "layer", "seconds", "bytes"),
        rows=[
            (f"statistic {place}", layer, 10.0**place, 10.0 ** (7 - place))
            for place in range(7)
            for layer in LAYERS
        ],
    ),
    "layer_balance": table(
        *("style", "start", "normaliser", "layer", "loss", "gradient"),
        rows=[
            ("a", "noise", normaliser, layer, 10.0 ** (place * number), 10.0**place)
            for place, normaliser in enumerate(NORMALISERS)
            for number, layer in enumerate(LAYERS)
        ],
    ),
}
# Numbers of layers and channels, and pictures beside curves.
MOMENTS = {
    "channel_means": table(
        *("network", "layer", "channel", "mean", "mean_before_relu", "correlation"),
        rows=[
            (network, layer, channel, 0.1 * channel, 0.1, 1.0)
            for network in (*NETWORKS, "read off the document")
            for layer in LAYERS
            for channel in range(40)
        ],
    ),
    "gram_entries": table(
        *("picture", "layer", "quantity", "place", "value"),
        rows=[
            ("night", layer, quantity, place, 0.01 + 0.1 * number)
            for number, layer in enumerate(LAYERS)
            for quantity, places in {
                "small": [""],
                "empty": [""],
                "mean": OF_ENTRIES,
                "histogram": ["-6.0", "-3.0", "0.0"],
            }.items()
            for place in places
        ],
    ),
    "gram_sparsity": table(
        *("picture", "layer", "quantity", "value", "weights", "size", "shift"),
        rows=[
            (picture, layer, quantity, 0.1 * number, "embedded", 64, -1.0)
            for number, layer in enumerate(LAYERS)
            for quantity in (
                "read off the document",
                "zero entries",
                "zero entries, shifted",
                "zero activations",
            )
            for picture in ("night", "wave")
        ],
    ),
    "flicker": table(
        *("method", "way", "frame", "error", "picture"),
        rows=[
            (method, way, frame, 1.0 + frame, to_data_uri(Image.new("RGB", (8, 8))))
            for method, way in (("the clip", ""), ("gatys2015", "frame by frame"), ("gatys2015", "warped"))
            for frame in range(4)
        ],
    ),
}
DRAWN = pytest.mark.parametrize("kind", TABLES)
WITH_LEGENDS = pytest.mark.parametrize("kind", TABLES | MOMENTS)


@functools.cache
def drawn(kind: str) -> Figure:
    with drawing(chart_kind(kind), (TABLES | MOMENTS)[kind]) as figure:
        figure.draw_without_rendering()
    return figure


@DRAWN
def test_no_bar_stands_on_a_logarithmic_axis_which_begins_nowhere(kind):
    for axes in drawn(kind).axes:
        for bars in (each for each in axes.containers if isinstance(each, BarContainer)):
            assert (axes.get_yscale() if bars.orientation == "vertical" else axes.get_xscale()) == "linear"


@DRAWN
def test_no_two_names_have_one_colour(kind):
    figure = drawn(kind)
    legends = [*figure.legends, *filter(None, (axes.get_legend() for axes in figure.axes))]
    for legend in legends:
        colours = [to_hex(handle.get_color()) for handle in legend.get_lines()]
        assert len(set(colours)) == len(colours) > 0
    if kind == "convergence":  # Names stand beside dots in the colours of the lines.
        losses, ends = figure.axes
        by_line = {line.get_label(): line.get_color() for line in losses.get_lines()}
        dots = {
            line.get_ydata()[0]: line.get_color() for line in ends.get_lines() if line.get_marker() == "o"
        }
        assert dots == by_line
        assert len(set(dots.values())) == len(COLOURS)


@WITH_LEGENDS
def test_legends_cover_nothing(kind):
    """Neither a plot nor what stands at its axes, and nothing of them is cut off."""
    figure = drawn(kind)
    legends = [*figure.legends, *filter(None, (axes.get_legend() for axes in figure.axes))]
    assert legends or kind == "convergence"  # whose names stand beside dots
    for legend in legends:
        box = legend.get_window_extent()
        for axes in figure.axes:
            below = [text for text in (*axes.get_xticklabels(), axes.xaxis.label) if text.get_text()]
            shown = [text.get_window_extent() for text in below]
            assert not any(box.overlaps(each) for each in (axes.get_window_extent(), *shown))
        assert figure.bbox.x0 <= box.x0 < box.x1 <= figure.bbox.x1
        assert figure.bbox.y0 <= box.y0


def test_legends_are_made_only_where_they_are_placed_outside_of_plots():
    files = Path(nstbench.charts.__file__).parent.rglob("*.py")
    assert {file.name for file in files if ".legend(" in file.read_text()} == {"style.py", "ranking.py"}


@DRAWN
def test_axes_of_numbers_say_what_these_are(kind):
    figure = drawn(kind)
    assert all(axes.get_xlabel() or axes.get_xticklabels()[0].get_text() in LAYERS for axes in figure.axes)
    assert figure.axes[0].get_ylabel()


def test_lines_join_squares_only_and_oblongs_have_their_style_s_colour():
    distances, _ = drawn("picture_sizes").axes
    of_colour = {line.get_color(): [] for line in distances.get_lines()}
    for line in distances.get_lines():
        of_colour[line.get_color()].append(line)
    for place, style in enumerate(STYLES):
        squares, oblongs = of_colour[COLOURS[place]]
        assert squares.get_label() == style
        assert list(squares.get_xdata()) == [4096, 16384, 65536]
        assert (list(oblongs.get_xdata()), oblongs.get_linestyle()) == ([10980], "None")


def test_dots_lie_at_the_ratios_of_the_losses_at_the_end():
    _, ends = drawn("convergence").axes
    tips = [line.get_xdata()[-1] for line in ends.get_lines() if line.get_marker() == "o"]
    assert tips == pytest.approx(range(1, len(COLOURS) + 1))
