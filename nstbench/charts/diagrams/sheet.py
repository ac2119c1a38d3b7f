"""What schematic figures are drawn with: a sheet measured in inches, boxes, pictures, arrows and labels."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch, Rectangle
from numpy.typing import ArrayLike
from PIL.Image import Image

from nstbench.charts.style import COLOURS, INK, RULE

BLUE, ORANGE, GREEN = COLOURS[:3]
MUTED = "#63605a"
SMALL = 8.5  # Points.
# How much of its outline's colour the inside of a box has.
TINT = 0.14
DASHES = (0, (3, 2))

Point = tuple[float, float]
# Of a table, by its columns.
Row = Mapping[Hashable, Any]


@dataclass(frozen=True)
class Place:
    """A rectangle on the sheet by its middle and its size, in inches."""

    x: float
    y: float
    width: float
    height: float

    @property
    def left(self) -> Point:
        """The middle of the left side."""
        return self.x - self.width / 2, self.y

    @property
    def right(self) -> Point:
        """The middle of the right side."""
        return self.x + self.width / 2, self.y

    @property
    def top(self) -> Point:
        """The middle of the upper side."""
        return self.x, self.y + self.height / 2

    @property
    def bottom(self) -> Point:
        """The middle of the lower side."""
        return self.x, self.y - self.height / 2

    @property
    def corner(self) -> Point:
        """The lower left corner."""
        return self.left[0], self.bottom[1]


def sheet(figure: Figure) -> Axes:
    """Axes over the whole figure, in inches from its lower left corner, without frame and ticks."""
    figure.set_layout_engine("none")
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    width, height = figure.get_size_inches()
    axes.set(xlim=(0, width), ylim=(0, height), autoscale_on=False)
    axes.set_axis_off()
    return axes


def box(
    axes: Axes,
    place: Place,
    colour: str = INK,
    dashed: bool = False,
    radius: float = 0.05,
    tinted: float = TINT,
) -> None:
    """A rounded outline and an inside of white with a share of its colour, which hides what lies below."""
    axes.add_patch(
        FancyBboxPatch(
            place.corner,
            place.width,
            place.height,
            boxstyle=f"round,pad=0,rounding_size={radius}",
            facecolor=tint(colour, tinted),
            edgecolor=colour,
            linewidth=0.9,
            linestyle=DASHES if dashed else "-",
            zorder=2,
        )
    )


def tint(colour: str, share: float) -> tuple[float, ...]:
    """White with a share of a colour in it."""
    return tuple(1 + share * (part - 1) for part in to_rgb(colour))


def picture(axes: Axes, place: Place, pixels: ArrayLike | Image, **how: Any) -> None:
    """An image array in a thin frame; `how` goes to matplotlib's imshow."""
    extent = (place.left[0], place.right[0], place.bottom[1], place.top[1])
    axes.imshow(pixels, extent=extent, aspect="auto", zorder=2, **how)
    frame = Rectangle(place.corner, place.width, place.height, fill=False, edgecolor=RULE, zorder=3)
    axes.add_patch(frame)


def label(axes: Axes, at: Point, text: str, **how: Any) -> None:
    """Text centred on a point; `how` goes to matplotlib."""
    axes.text(*at, text, **{"ha": "center", "va": "center", "zorder": 4, "fontsize": SMALL, **how})


def arrow(axes: Axes, points: Sequence[Point], colour: str = INK, dashed: bool = False) -> None:
    """A line through points with a head at its end, below all boxes."""
    *_, before, end = points
    line = DASHES if dashed else "-"
    axes.plot(*zip(*points, strict=True), color=colour, linewidth=1, linestyle=line, zorder=1)
    head = FancyArrowPatch(
        before, end, arrowstyle="-|>", mutation_scale=9, shrinkA=0, shrinkB=0, color=colour, linewidth=0
    )
    axes.add_patch(head)
