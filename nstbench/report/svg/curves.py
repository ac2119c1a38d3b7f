"""Loss curves on a page: each loss on a logarithmic and on a linear axis, of which the reader sees one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from nstbench.report.curves import losses
from nstbench.report.exhibit import Exhibit
from nstbench.report.svg.scale import Scale, scale_over
from nstbench.report.svg.series import Series

LEFT, RIGHT, TOP, BOTTOM = 56, 352, 10, 210
MOST_POINTS = 150


@dataclass(frozen=True)
class Line:
    """The curve of one arm as the path of an SVG."""

    series: Series
    path: str


@dataclass(frozen=True)
class Drawing:
    """Lines over two scales, x in evaluations."""

    x: Scale
    y: Scale
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class LossPlot:
    """One loss, drawn on both axes; `description` says it in words."""

    title: str
    drawings: Mapping[str, Drawing]
    description: str


def loss_plots(exhibit: Exhibit) -> list[LossPlot]:
    """A plot for each loss of the shown runs that has a value above 0."""
    found = losses(list(exhibit.shown.values()))
    return [
        _plot(title, [curve.dropna() for curve in curves])
        for title, curves in found.items()
        if any(curve.notna().any() for curve in curves)
    ]


def legend(exhibit: Exhibit) -> list[Series]:
    """The arms in the order of their curves."""
    captions = [run.planned.arm.caption for run in exhibit.shown.values()]
    return [Series(caption, number) for number, caption in enumerate(captions)]


def _plot(title: str, curves: Sequence[pd.Series]) -> LossPlot:
    kinds = {"logarithmic": True, "linear": False}
    ends = "; ".join(
        f"{curve.name} from {curve.iloc[0]:.3g} to {curve.iloc[-1]:.3g}" for curve in curves if len(curve)
    )
    return LossPlot(
        title,
        {kind: _drawing(curves, logarithmic) for kind, logarithmic in kinds.items()},
        f"{title} against evaluation: {ends}.",
    )


def _drawing(curves: Sequence[pd.Series], logarithmic: bool) -> Drawing:
    values = pd.concat([curve for curve in curves if len(curve)])
    # The middle 98 %, so that the leaps of a descent's first steps do not flatten the rest.
    shown = [float(values.quantile(share)) for share in (0.01, 0.99)]
    x = scale_over(map(float, values.index), LEFT, RIGHT, margin=0.01)
    y = scale_over(shown if logarithmic else [0.0, shown[1]], BOTTOM, TOP, logarithmic)
    if not logarithmic:
        y = Scale(0.0, y.high, BOTTOM, TOP)
    lines = [
        Line(Series(str(curve.name), number), _path(curve, x, y))
        for number, curve in enumerate(curves)
        if len(curve)
    ]
    return Drawing(x, y, tuple(lines))


def _path(curve: pd.Series, x: Scale, y: Scale) -> str:
    """Through at most MOST_POINTS points; a single value is a short stroke."""
    every = -(-len(curve) // MOST_POINTS)
    thinned = pd.concat([curve.iloc[:-1:every], curve.iloc[-1:]])
    points = [(x.place(float(at)), y.place(value)) for at, value in zip(thinned.index, thinned, strict=True)]
    if len(points) == 1:
        (left, top) = points[0]
        return f"M{left - 4:g} {top:g}h8"
    return "M" + "L".join(f"{left:g} {top:g}" for left, top in points)
