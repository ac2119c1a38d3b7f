"""Content distance against style distance: every result as a point, the Pareto front, and the controls."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from nstbench.core.number_format import number
from nstbench.metrics import metrics
from nstbench.metrics.feature_spaces import FeatureSpace
from nstbench.pipeline.finished import FinishedRun
from nstbench.pipeline.tables import control_id
from nstbench.report.site.vega.theme import COLOURS, SHAPES, cycled, specification
from nstbench.report.tables.scores import CONTROLS

_Distances = tuple[float, float]
# Between the outermost points and the end of an axis.
MARGIN = 1.1
FAR_OUT = 3.0


@dataclass(frozen=True)
class Point:
    """A result or a control: both distances, and the series that tells its colour; no `run` for a control.

    `filtered` has texts in lower case by which a page chooses points.
    """

    series: str
    label: str
    x: float
    y: float
    run: str = ""
    filtered: Mapping[str, str] = field(default_factory=dict)

    @property
    def written(self) -> str:
        """What is read when a pointer is over it."""
        return f"{self.label}: content {_number(self.x)}, style {_number(self.y)}"


@dataclass(frozen=True)
class ContentStylePlot:
    """The points of one experiment; `on_front` are the arms that no other one beats on both distances."""

    points: tuple[Point, ...]
    controls: tuple[Point, ...]
    on_front: tuple[str, ...]
    spec: Mapping[str, Any]
    missing: int


def distances(scores: pd.DataFrame, judge: FeatureSpace) -> dict[str, _Distances]:
    """Content and style distance of each run and control, as `judge` sees them; `scores` is a score table."""
    wanted = [f"C{judge.suffix}", f"S{judge.suffix}"]
    own = scores[scores["metric"].isin(wanted)].drop_duplicates(["run", "metric"])
    table = own.pivot(index="run", columns="metric", values="value").reindex(columns=wanted).dropna()
    return {str(id): (float(content), float(style)) for id, content, style in table.itertuples()}


def content_style_plot(
    runs: Sequence[FinishedRun], scores: pd.DataFrame, judge: FeatureSpace
) -> ContentStylePlot | None:
    """The plot of one experiment's runs; None when no result has both distances.

    `scores` is results/scores.csv.
    """
    known = distances(scores[scores["experiment"] == runs[0].planned.experiment], judge)
    points = [
        Point(run.planned.arm.caption, run_label(run), *known[run.planned.run.id], run.planned.run.id)
        for run in runs
        if run.planned.run.id in known
    ]
    if not points:
        return None
    ids = {(name, control_id(copied, run.planned.run)) for run in runs for copied, name in CONTROLS.items()}
    controls = [Point(name, name, *known[id]) for name, id in sorted(ids) if id in known]
    front = pareto_front([(point.x, point.y) for point in points])
    on_front = dict.fromkeys(point.series for point in points if (point.x, point.y) in front)
    series = list(dict.fromkeys(run.planned.arm.caption for run in runs))
    spec = content_style_spec(points, controls, series, judge)
    return ContentStylePlot(tuple(points), tuple(controls), tuple(on_front), spec, len(runs) - len(points))


def run_label(run: FinishedRun) -> str:
    """Arm, seed and pictures of a run."""
    planned = run.planned.run
    seed = f", seed {planned.seed}" if planned.seed else ""
    return f"{run.planned.arm.caption}{seed}, {planned.content} with {planned.style}"


def pareto_front(points: Sequence[_Distances]) -> list[_Distances]:
    """The points that no other one equals or beats in both coordinates, less being better, left to right."""
    front: list[_Distances] = []
    for point in sorted(set(points)):
        if not front or point[1] < front[-1][1]:
            front.append(point)
    return front


def fair_domain(values: Iterable[float]) -> tuple[float, float]:
    """From the least to the greatest of positive values that are no outliers on a logarithmic axis.

    An outlier is further from the quartiles than three times their distance: "far out" (J. W. Tukey,
    Exploratory Data Analysis, 1977, section 2D).
    """
    logs = np.sort(np.log10([value for value in values if value > 0]))
    low, high = np.quantile(logs, [0.25, 0.75])
    reach = FAR_OUT * (high - low)
    inside = logs[(logs >= low - reach) & (logs <= high + reach)]
    return float(10 ** inside[0] / MARGIN), float(10 ** inside[-1] * MARGIN)


def is_beyond(point: Point, domains: Sequence[tuple[float, float]]) -> bool:
    """Whether a point lies outside of `domains`, of x and y; without them nothing does."""
    return any(not low <= at <= high for at, (low, high) in zip((point.x, point.y), domains, strict=False))


def content_style_spec(
    points: Sequence[Point],
    controls: Sequence[Point],
    series: Sequence[str],
    judge: FeatureSpace,
    filters: Sequence[str] = (),
    height: int = 380,
    domains: Sequence[tuple[float, float]] = (),
) -> dict[str, Any]:
    """The plot as Vega-Lite reads it, as wide as its place, with the Pareto front.

    `filters` name texts of the points that a page filters by, through the parameter `chosen_<name>`: a point
    is shown when that is a part of its text. What a page chooses from has no front, for pairs differ.
    Distances of 0 have no place on logarithmic axes and are drawn at their ends. `domains`, of x and y, cut
    the axes short: what lies beyond is drawn pale at their ends.
    """
    import altair as alt

    least = [
        min((at for at in values if at > 0), default=1.0) / 2
        for values in zip(*((point.x, point.y) for point in (*points, *controls)), strict=True)
    ]
    scales = [alt.Scale(type="log", nice=False, domain=list(ends), clamp=True) for ends in domains]
    across, up = scales or [alt.Scale(type="log", nice=False)] * 2
    marks = alt.Scale(domain=list(series), range=COLOURS)
    titles = [metrics()[f"{letter}{judge.suffix}"].title for letter in "CS"]
    x = alt.X("x:Q", scale=across, title=f"{titles[0]} →", axis=alt.Axis(format="~g", tickCount=6))
    y = alt.Y("y:Q", scale=up, title=f"{titles[1]} →", axis=alt.Axis(format="~g", tickCount=6))
    key = alt.Legend(title=None, orient="bottom", symbolLimit=0)
    shapes = alt.Scale(domain=list(series), range=cycled(SHAPES, len(series)))
    results = (
        alt.Chart(alt.NamedData("points"))
        .mark_point(filled=True, size=90, cursor="pointer", stroke="var(--ground)", strokeWidth=0.7)
        .encode(
            x=x,
            y=y,
            color=alt.Color("series:N", scale=marks, sort=list(series), legend=key),
            shape=alt.Shape("series:N", scale=shapes, sort=list(series), legend=key),
            opacity=alt.condition("datum.beyond", alt.value(0.35), alt.value(0.9)),
            tooltip=alt.Tooltip("written:N"),
            description=alt.Description("written:N"),
        )
    )
    front = (
        alt.Chart(alt.NamedData("front"))
        .mark_line(interpolate="step-after", stroke="var(--muted)", strokeDash=[4, 3], strokeWidth=1.2)
        .encode(x=alt.X("x:Q"), y=alt.Y("y:Q"))
    )
    copied = (
        alt.Chart(alt.NamedData("controls"))
        .mark_point(shape="cross", size=90, fill="var(--muted)", stroke=None, angle=45)
        .encode(
            x=alt.X("x:Q"),
            y=alt.Y("y:Q"),
            tooltip=alt.Tooltip("written:N"),
            description=alt.Description("written:N"),
        )
    )
    for name in filters:
        results = results.transform_filter(f"indexof(datum.{name}, chosen_{name}) >= 0")
    chart = alt.layer(results) if filters else alt.layer(front, copied, results)
    chart = chart.properties(width="container", height=height)
    chart = chart.add_params(*(alt.param(name=f"chosen_{name}", value="") for name in filters))

    def row(point: Point) -> dict[str, Any]:
        placed = {"x": point.x or least[0], "y": point.y or least[1]}
        named = {"series": point.series, "run": point.run, "written": point.written}
        outside = is_beyond(point, domains)
        return {**named, **point.filtered, **placed, **({"beyond": True} if outside else {})}

    line = [
        {"x": left or least[0], "y": up or least[1]}
        for left, up in pareto_front([(at.x, at.y) for at in points])
    ]
    return specification(chart, points=[*map(row, points)], controls=[*map(row, controls)], front=line)


def _number(value: float) -> str:
    return number(value) if value else "0"
