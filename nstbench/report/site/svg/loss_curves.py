"""Loss curves on a page: each loss on a logarithmic and on a linear axis, of which the reader sees one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from nstbench.report.figures.curves import losses
from nstbench.report.figures.pair_results import PairResults
from nstbench.report.site.svg.scale import Scale, scale_over
from nstbench.report.site.svg.series import Series

LEFT, RIGHT, TOP, BOTTOM = 56, 352, 10, 210
MOST_POINTS = 150


@dataclass(frozen=True)
class LossCurve:
    """The curve of one arm as the path of an SVG."""

    series: Series
    path: str


@dataclass(frozen=True)
class LossDrawing:
    """Curves over two scales, x in evaluations."""

    x: Scale
    y: Scale
    curves: tuple[LossCurve, ...]


@dataclass(frozen=True)
class LossPlot:
    """One loss, drawn on both axes; `description` says it in words."""

    title: str
    drawings: Mapping[str, LossDrawing]
    description: str


def loss_plots(pair: PairResults) -> list[LossPlot]:
    """A plot for each loss of the shown runs that has a value above 0."""
    plots = []
    for title, measured in losses(list(pair.shown.values())).items():
        curves = [curve.dropna() for curve in measured]
        ends = [
            f"{curve.name} from {curve.iloc[0]:.3g} to {curve.iloc[-1]:.3g}" for curve in curves if len(curve)
        ]
        if ends:
            drawings = {
                "logarithmic": _drawing(curves, logarithmic=True),
                "linear": _drawing(curves, logarithmic=False),
            }
            plots.append(LossPlot(title, drawings, f"{title} against evaluation: {'; '.join(ends)}."))
    return plots


def legend(pair: PairResults) -> list[Series]:
    """The arms in the order of their curves."""
    captions = [run.planned.arm.caption for run in pair.shown.values()]
    return [Series(caption, number) for number, caption in enumerate(captions)]


def _drawing(measured: Sequence[pd.Series], logarithmic: bool) -> LossDrawing:
    values = pd.concat([curve for curve in measured if len(curve)])
    # The middle 98 %, so that the leaps of a descent's first steps do not flatten the rest.
    shown = [float(values.quantile(share)) for share in (0.01, 0.99)]
    x = scale_over(map(float, values.index), LEFT, RIGHT, margin=0.01)
    y = scale_over(shown if logarithmic else [0.0, shown[1]], BOTTOM, TOP, logarithmic)
    if not logarithmic:
        y = Scale(0.0, y.high, BOTTOM, TOP)
    curves = []
    for number, curve in enumerate(measured):
        if curve.empty:
            continue
        every = -(-len(curve) // MOST_POINTS)
        thinned = pd.concat([curve.iloc[:-1:every], curve.iloc[-1:]])
        points = [
            (x.place(float(at)), y.place(value)) for at, value in zip(thinned.index, thinned, strict=True)
        ]
        if len(points) == 1:
            # A single value is a short stroke.
            (left, top) = points[0]
            path = f"M{left - 4:g} {top:g}h8"
        else:
            path = "M" + "L".join(f"{left:g} {top:g}" for left, top in points)
        curves.append(LossCurve(Series(str(curve.name), number), path))
    return LossDrawing(x, y, tuple(curves))
