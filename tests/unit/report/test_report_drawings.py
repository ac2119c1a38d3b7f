"""Scales, fronts, planes and curves: what is drawn where."""

import re

import numpy as np
import pandas as pd
import pytest
from report_tree import MANIFEST, PROFILE, Tree, make_tree

from nstbench.metrics.feature_spaces import INDEPENDENT
from nstbench.report.figures.pair_results import PairResults, results_by_pair
from nstbench.report.site.svg.content_style import (
    BOTTOM,
    LEFT,
    RIGHT,
    TOP,
    ZERO_BOTTOM,
    ZERO_LEFT,
    content_style_plot,
    pareto_front,
)
from nstbench.report.site.svg.loss_curves import MOST_POINTS, legend, loss_plots
from nstbench.report.site.svg.scale import Scale, scale_over, written
from nstbench.report.site.svg.series import Series


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    return make_tree(tmp_path_factory.mktemp("project"))


def first_pair(tree: Tree, number: int = 0) -> PairResults:
    return results_by_pair(tree.experiments[number], tree.planned, PROFILE, MANIFEST, tree.results)[0]


def test_places_are_proportional_to_values_or_to_their_logarithms() -> None:
    linear, logarithmic = Scale(0, 10, 100, 0), Scale(1, 100, 0, 200, logarithmic=True)
    assert [linear.place(value) for value in (0, 2.5, 10, 12)] == [100, 75, 0, -20]
    assert [logarithmic.place(value) for value in (1, 10, 100, 0.1)] == [0, 100, 200, -100]


@pytest.mark.parametrize(
    ("scale", "labels"),
    [
        (Scale(0, 12, 0, 1), ["0", "2", "4", "6", "8", "10", "12"]),
        (Scale(-0.25, 0.1, 0, 1), ["−0.2", "−0.1", "0", "0.1"]),  # noqa: RUF001
        (Scale(0.2, 900, 0, 1, True), ["1", "10", "100"]),
        (Scale(1e-9, 1e3, 0, 1, True), ["10⁻⁹", "10⁻⁶", "0.001", "1", "1000"]),
        (Scale(0.15, 1.2, 0, 1, True), ["0.2", "0.5", "1"]),
        (Scale(0.7, 1.2, 0, 1, True), ["0.7", "0.8", "0.9", "1", "1.1", "1.2"]),
    ],
)
def test_ticks_are_few_round_and_within(scale: Scale, labels: list[str]) -> None:
    ticks = scale.ticks
    assert [tick.label for tick in ticks] == labels
    assert all(0 <= tick.place <= 1 for tick in ticks)


def test_a_scale_holds_its_values_with_room_even_for_one() -> None:
    for values, logarithmic in (([3.0], False), ([3.0], True), ([0.0], False), ([1.0, 4.0], True)):
        scale = scale_over(values, 0, 100, logarithmic)
        assert scale.low < min(values) and max(values) < scale.high
        assert scale.ticks


def test_ticks_are_written_for_readers() -> None:
    texts = [written(value) for value in (0, 0.25, -3.0, 12000, 1e-4, -2e-7)]
    assert texts == ["0", "0.25", "−3", "12000", "10⁻⁴", "−2·10⁻⁷"]  # noqa: RUF001


def test_the_front_is_what_nothing_beats() -> None:
    rng = np.random.default_rng(3)
    points = [tuple(point) for point in rng.integers(0, 12, (60, 2)).tolist()]
    front = pareto_front(points)

    def beaten(point: tuple[int, int]) -> bool:
        return any(o != point and o[0] <= point[0] and o[1] <= point[1] for o in points)

    assert front == sorted({point for point in points if not beaten(point)})
    assert pareto_front([(1.0, 1.0), (1.0, 2.0), (2.0, 1.0)]) == [(1.0, 1.0)]


def scored(runs: list[str], values: dict[str, tuple[float, float]]) -> pd.DataFrame:
    rows = [
        {"run": run, "experiment": "first", "metric": metric, "value": value}
        for run in runs
        for metric, value in zip(("C_lite", "S_lite"), values[run], strict=True)
    ]
    return pd.DataFrame(rows)


def test_a_plane_places_results_controls_and_the_front(tree: Tree) -> None:
    runs = list(first_pair(tree).shown.values())
    ids = [run.planned.run.id for run in runs]
    controls = ["control-content:chelsea:swirls", "control-style:chelsea:swirls"]
    values = dict(
        zip([*ids, *controls], [(0.1, 1.0), (1.0, 0.1), (1.0, 1.0), (0.0, 2.0), (3.0, 0.0)], strict=True)
    )
    plane = content_style_plot(runs, scored(list(values), values), INDEPENDENT)
    assert plane is not None
    near, far, beaten = plane.points
    assert LEFT < near.left < far.left == beaten.left < RIGHT
    assert BOTTOM > far.top > near.top == beaten.top > TOP
    assert {
        control.name: (control.left == ZERO_LEFT, control.top == ZERO_BOTTOM) for control in plane.controls
    } == {
        "content copied": (True, False),
        "style copied": (False, True),
    }
    assert plane.has_zeros and plane.missing == 0
    assert plane.on_front == tuple(run.planned.arm.caption for run in runs[:2])
    assert plane.front == f"M{near.left:g} {TOP}V{near.top:g}H{far.left:g}V{far.top:g}H{RIGHT}"
    assert "C_lite 0.100, S_lite 1.00" in near.label


def test_results_without_both_distances_are_counted(tree: Tree) -> None:
    runs = list(first_pair(tree).shown.values())
    values = {run.planned.run.id: (1.0, 1.0) for run in runs}
    values[runs[1].planned.run.id] = (1.0, float("nan"))
    plane = content_style_plot(runs, scored(list(values), values), INDEPENDENT)
    assert plane is not None and (len(plane.points), plane.missing) == (2, 1)
    nothing = {run: (1.0, float("nan")) for run in values}
    assert content_style_plot(runs, scored(list(nothing), nothing), INDEPENDENT) is None


def points(path: str) -> list[tuple[float, float]]:
    numbers = [float(number) for number in re.findall(r"[-\d.]+", path)]
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def test_curves_go_through_their_values_on_both_axes(tree: Tree) -> None:
    shown = first_pair(tree)
    total = loss_plots(shown)[0]
    assert [plot.title for plot in loss_plots(shown)] == ["total loss", "style loss", "content loss"]
    for kind, drawing in total.drawings.items():
        assert drawing.y.logarithmic == (kind == "logarithmic")
        expected = [(drawing.x.place(step), drawing.y.place(1 / step)) for step in range(1, 6)]
        assert points(drawing.curves[0].path) == expected
    assert total.drawings["linear"].y.low == 0
    assert "strong from 1 to 0.2" in total.description
    assert [series.name for series in legend(shown)] == [curve.series.name for curve in drawing.curves]


def test_long_curves_are_thinned_and_keep_their_ends(tree: Tree) -> None:
    shown = first_pair(tree)
    steps = np.arange(1, 5001)
    for run in shown.shown.values():
        run.__dict__["trace"] = pd.DataFrame({"evaluation": steps, "total": 1.0 / steps})
    (plot,) = loss_plots(shown)
    drawing = plot.drawings["logarithmic"]
    found = points(drawing.curves[0].path)
    assert len(found) <= MOST_POINTS + 1
    assert found[0] == (drawing.x.place(1), drawing.y.place(1.0))
    assert found[-1] == (drawing.x.place(5000), drawing.y.place(1 / 5000))


def test_a_run_of_one_evaluation_is_a_stroke_and_one_without_losses_is_left_out(tree: Tree) -> None:
    shown = first_pair(tree, 1)
    runs = list(shown.shown.values())
    for run in runs:
        run.__dict__["trace"] = pd.DataFrame({"evaluation": [1], "total": [np.nan]})
    assert loss_plots(shown) == []
    runs[0].__dict__["trace"] = pd.DataFrame({"evaluation": [1], "total": [0.5]})
    (plot,) = loss_plots(shown)
    (curve,) = plot.drawings["linear"].curves
    assert curve.path.endswith("h8") and curve.series.number == 0


def test_series_are_told_apart() -> None:
    looks = [(series.colour, series.shape) for series in (Series("", number) for number in range(28))]
    assert len(set(looks)) == 28
