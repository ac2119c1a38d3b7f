"""Content distance against style distance: every result of an experiment, and the Pareto front."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from nstbench.core.number_format import number
from nstbench.metrics import metrics
from nstbench.metrics.feature_spaces import FeatureSpace
from nstbench.pipeline.finished import FinishedRun
from nstbench.pipeline.tables import control_id
from nstbench.report.site.svg.scale import Scale, scale_over
from nstbench.report.site.svg.series import Series
from nstbench.report.tables.scores import CONTROLS

LEFT, RIGHT, TOP, BOTTOM = 86, 448, 14, 366
# Where a distance of 0 is drawn, which has no place on a logarithmic axis.
ZERO_LEFT, ZERO_BOTTOM = LEFT - 16, BOTTOM + 16

_Distances = tuple[float, float]


@dataclass(frozen=True)
class ResultPoint:
    """A result: where it lies, which run it is, and its text alternative."""

    series: Series
    run: str
    left: float
    top: float
    label: str


@dataclass(frozen=True)
class ControlPoint:
    """A control: content or style of a pair handed back unchanged."""

    name: str
    left: float
    top: float
    label: str


@dataclass(frozen=True)
class ContentStylePlot:
    """The whole drawing, of the metrics `content` and `style`.

    `front` is the Pareto front as a path, `missing` counts results without a place.
    """

    content: str
    style: str
    x: Scale
    y: Scale
    legend: tuple[Series, ...]
    points: tuple[ResultPoint, ...]
    controls: tuple[ControlPoint, ...]
    front: str
    on_front: tuple[str, ...]
    missing: int

    @property
    def axis_titles(self) -> tuple[str, str]:
        """Of the horizontal and of the vertical axis."""
        return metrics()[self.content].title, metrics()[self.style].title

    @property
    def has_zeros(self) -> bool:
        """Whether something lies outside of the logarithmic axes, at 0."""
        places = [(at.left, at.top) for at in self.points] + [(at.left, at.top) for at in self.controls]
        return any(left < LEFT or top > BOTTOM for left, top in places)


def content_style_plot(
    runs: Sequence[FinishedRun], scores: pd.DataFrame, judge: FeatureSpace
) -> ContentStylePlot | None:
    """The plot of one experiment's runs as `judge` sees them; None when no result has both distances.

    `scores` is results/scores.csv.
    """
    content, style = f"C{judge.suffix}", f"S{judge.suffix}"
    own = scores[scores["experiment"] == runs[0].planned.experiment]
    table = own.pivot(index="run", columns="metric", values="value").reindex(columns=[content, style])
    known = {str(id): (float(at[content]), float(at[style])) for id, at in table.dropna().iterrows()}
    placed = [(run, known[run.planned.run.id]) for run in runs if run.planned.run.id in known]
    if not placed:
        return None
    ids = {(name, control_id(copied, run.planned.run)) for run in runs for copied, name in CONTROLS.items()}
    controls = [(name, known[id]) for name, id in sorted(ids) if id in known]
    contents, styles = zip(*(at for _, at in [*placed, *controls]), strict=True)
    x, y = _axis(contents, LEFT, RIGHT), _axis(styles, BOTTOM, TOP)
    captions = {run.planned.arm.id: run.planned.arm.caption for run in runs}
    legend = {arm: Series(caption, number) for number, (arm, caption) in enumerate(captions.items())}
    front = pareto_front([at for _, at in placed])
    on_front = dict.fromkeys(run.planned.arm.caption for run, at in placed if at in front)
    points = []
    for run, at in placed:
        arm, planned = run.planned.arm, run.planned.run
        seed = f", seed {planned.seed}" if planned.seed else ""
        where = f"{planned.content} with {planned.style}"
        label = f"{arm.caption}{seed}, {where}: {_written(at, content, style)}"
        points.append(ResultPoint(legend[arm.id], planned.id, *_place(at, x, y), label))
    return ContentStylePlot(
        content,
        style,
        x,
        y,
        tuple(legend.values()),
        tuple(points),
        tuple(
            ControlPoint(name, *_place(at, x, y), f"{name}: {_written(at, content, style)}")
            for name, at in controls
        ),
        _steps([_place(at, x, y) for at in front]),
        tuple(on_front),
        len(runs) - len(placed),
    )


def pareto_front(points: Sequence[_Distances]) -> list[_Distances]:
    """The points that no other one equals or beats in both coordinates, less being better, left to right."""
    front: list[_Distances] = []
    for point in sorted(set(points)):
        if not front or point[1] < front[-1][1]:
            front.append(point)
    return front


def _axis(values: Sequence[float], start: float, end: float) -> Scale:
    return scale_over([value for value in values if value > 0] or [1.0], start, end, logarithmic=True)


def _place(at: _Distances, x: Scale, y: Scale) -> tuple[float, float]:
    """Left and top; a distance of 0 lies outside of the axes."""
    content, style = at
    return x.place(content) if content > 0 else ZERO_LEFT, y.place(style) if style > 0 else ZERO_BOTTOM


def _written(at: _Distances, content: str, style: str) -> str:
    return f"{content} {number(at[0]) if at[0] else 0}, {style} {number(at[1]) if at[1] else 0}"


def _steps(places: Sequence[tuple[float, float]]) -> str:
    """The border of what the front beats: down or to the right from point to point, up to the axes' ends."""
    if not places or not all(math.isfinite(v) for at in places for v in at):
        return ""
    (left, top), *others = places
    path = f"M{left:g} {TOP}V{top:g}"
    for left, top in others:
        path += f"H{left:g}V{top:g}"
    return f"{path}H{RIGHT}"
