"""The plane of content and style: every result of an experiment by its two distances."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from nstbench.core.number_format import number
from nstbench.metrics import metrics
from nstbench.pipeline.finished import FinishedRun
from nstbench.pipeline.tables import control_id
from nstbench.report.score_table import CONTROLS
from nstbench.report.svg.front import pareto_front
from nstbench.report.svg.scale import Scale, scale_over
from nstbench.report.svg.series import Series

CONTENT, STYLE = "C", "S"
LEFT, RIGHT, TOP, BOTTOM = 86, 448, 14, 366
# Where a distance of 0 is drawn, which has no place on a logarithmic axis.
ZERO_LEFT, ZERO_BOTTOM = LEFT - 16, BOTTOM + 16


@dataclass(frozen=True)
class Point:
    """A result: where it lies, which run it is, and what a reader is told of it."""

    series: Series
    run: str
    left: float
    top: float
    says: str


@dataclass(frozen=True)
class ControlPoint:
    """A control: content or style of a pair handed back unchanged."""

    name: str
    left: float
    top: float
    says: str


@dataclass(frozen=True)
class Plane:
    """All of it; `front` is the path of the Pareto front, `missing` counts results without a place."""

    x: Scale
    y: Scale
    legend: tuple[Series, ...]
    points: tuple[Point, ...]
    controls: tuple[ControlPoint, ...]
    front: str
    on_front: tuple[str, ...]
    missing: int

    @property
    def axis_titles(self) -> tuple[str, str]:
        return metrics()[CONTENT].title, metrics()[STYLE].title

    @property
    def has_zeros(self) -> bool:
        """Whether something lies outside of the logarithmic axes, at 0."""
        places = [(at.left, at.top) for at in self.points] + [(at.left, at.top) for at in self.controls]
        return any(left < LEFT or top > BOTTOM for left, top in places)


def content_style_plane(runs: Sequence[FinishedRun], scores: pd.DataFrame) -> Plane | None:
    """The plane of one experiment's runs; None when no result has both distances.

    `scores` is results/scores.csv.
    """
    own = scores[scores["experiment"] == runs[0].planned.experiment]
    table = own.pivot(index="run", columns="metric", values="value").reindex(columns=[CONTENT, STYLE])
    places = table.dropna()
    placed = [run for run in runs if run.planned.run.id in places.index]
    if not placed:
        return None
    coordinates = {str(id): (float(at[CONTENT]), float(at[STYLE])) for id, at in places.iterrows()}
    controls = _controls(runs, coordinates)
    known = [coordinates[run.planned.run.id] for run in placed] + [at for _, at in controls]
    x, y = (
        scale_over([v for v in values if v > 0] or [1.0], start, end, logarithmic=True)
        for values, (start, end) in zip(zip(*known, strict=True), ((LEFT, RIGHT), (BOTTOM, TOP)), strict=True)
    )
    legend = _legend(runs)
    front = pareto_front([coordinates[run.planned.run.id] for run in placed])
    return Plane(
        x,
        y,
        tuple(legend.values()),
        tuple(_point(run, coordinates[run.planned.run.id], legend, x, y) for run in placed),
        tuple(
            ControlPoint(name, _left(at[0], x), _top(at[1], y), f"{name}: {_said(at)}")
            for name, at in controls
        ),
        _steps([(_left(content, x), _top(style, y)) for content, style in front]),
        tuple(
            dict.fromkeys(
                run.planned.arm.caption for run in placed if coordinates[run.planned.run.id] in front
            )
        ),
        len(runs) - len(placed),
    )


def _legend(runs: Sequence[FinishedRun]) -> dict[str, Series]:
    """A series by arm."""
    captions = {run.planned.arm.id: run.planned.arm.caption for run in runs}
    return {arm: Series(caption, number) for number, (arm, caption) in enumerate(captions.items())}


def _controls(
    runs: Sequence[FinishedRun], coordinates: dict[str, tuple[float, float]]
) -> list[tuple[str, tuple[float, float]]]:
    """Name and coordinates of each pair's controls, as far as they were scored."""
    ids = {(name, control_id(copied, run.planned.run)) for run in runs for copied, name in CONTROLS.items()}
    return [(name, coordinates[id]) for name, id in sorted(ids) if id in coordinates]


def _point(run: FinishedRun, at: tuple[float, float], legend: dict[str, Series], x: Scale, y: Scale) -> Point:
    planned = run.planned
    seed = f", seed {planned.run.seed}" if planned.run.seed else ""
    says = f"{planned.arm.caption}{seed}, {planned.run.content} with {planned.run.style}: {_said(at)}"
    return Point(legend[planned.arm.id], planned.run.id, _left(at[0], x), _top(at[1], y), says)


def _said(at: tuple[float, float]) -> str:
    return f"{CONTENT} {number(at[0]) if at[0] else 0}, {STYLE} {number(at[1]) if at[1] else 0}"


def _left(value: float, scale: Scale) -> float:
    return scale.place(value) if value > 0 else ZERO_LEFT


def _top(value: float, scale: Scale) -> float:
    return scale.place(value) if value > 0 else ZERO_BOTTOM


def _steps(places: Sequence[tuple[float, float]]) -> str:
    """The border of what the front beats: down or to the right from point to point, up to the axes' ends."""
    if not places or not all(math.isfinite(v) for at in places for v in at):
        return ""
    (left, top), *others = places
    path = f"M{left:g} {TOP}V{top:g}"
    for left, top in others:
        path += f"H{left:g}V{top:g}"
    return f"{path}H{RIGHT}"
