"""Fronts, planes, curves and the explorer: what is drawn where."""

import altair as alt
import numpy as np
import pandas as pd
import pytest
from report_tree import MANIFEST, PROFILE, Tree, make_tree

from nstbench.metrics.feature_spaces import INDEPENDENT
from nstbench.report.figures.pair_results import PairResults, results_by_pair
from nstbench.report.site.explorer import make_explorer
from nstbench.report.site.vega.content_style import content_style_plot, fair_domain, pareto_front
from nstbench.report.site.vega.loss_curves import MOST_POINTS, loss_plots
from nstbench.report.site.vega.theme import COLOURS, DASHES, SHAPES, cycled


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    return make_tree(tmp_path_factory.mktemp("project"))


def first_pair(tree: Tree, number: int = 0) -> PairResults:
    return results_by_pair(tree.experiments[number], tree.planned, PROFILE, MANIFEST, tree.results)[0]


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
    alt.Root.validate(plane.spec)
    data = plane.spec["datasets"]
    near, far, beaten = data["points"]
    assert [(at["x"], at["y"]) for at in (near, far, beaten)] == [(0.1, 1.0), (1.0, 0.1), (1.0, 1.0)]
    assert near["written"].endswith("content 0.100, style 1.00") and near["run"] == ids[0]
    # A distance of 0 is drawn at half of the least other one, and read as 0.
    content, style = data["controls"]
    assert (content["x"], content["y"]) == (0.05, 2.0) and (style["x"], style["y"]) == (3.0, 0.05)
    assert "content 0, style 2.00" in content["written"]
    assert data["front"] == [{"x": 0.1, "y": 1.0}, {"x": 1.0, "y": 0.1}]
    assert plane.on_front == tuple(run.planned.arm.caption for run in runs[:2]) and plane.missing == 0


def test_results_without_both_distances_are_counted(tree: Tree) -> None:
    runs = list(first_pair(tree).shown.values())
    values = {run.planned.run.id: (1.0, 1.0) for run in runs}
    values[runs[1].planned.run.id] = (1.0, float("nan"))
    plane = content_style_plot(runs, scored(list(values), values), INDEPENDENT)
    assert plane is not None and (len(plane.points), plane.missing) == (2, 1)
    nothing = {run: (1.0, float("nan")) for run in values}
    assert content_style_plot(runs, scored(list(nothing), nothing), INDEPENDENT) is None


def curve(plot: object, arm: str) -> list[tuple[int, float]]:
    alt.Root.validate(plot.spec)
    rows = plot.spec["datasets"]["curves"]
    return [(row["evaluation"], row["value"]) for row in rows if row["arm"] == arm]


def test_curves_go_through_their_values(tree: Tree) -> None:
    plots = loss_plots(first_pair(tree))
    assert [plot.title for plot in plots] == ["total loss", "style loss", "content loss"]
    assert curve(plots[0], "strong") == [(step, pytest.approx(1 / step, rel=1e-5)) for step in range(1, 6)]
    assert "strong from 1 to 0.2" in plots[0].description
    # A content loss of 0 has no place on a logarithmic axis.
    assert [at for at, _ in curve(plots[2], "strong")] == [2, 3, 4, 5]


def test_long_curves_are_thinned_and_keep_their_ends(tree: Tree) -> None:
    shown = first_pair(tree)
    steps = np.arange(1, 5001)
    for run in shown.shown.values():
        run.__dict__["trace"] = pd.DataFrame({"evaluation": steps, "total": 1.0 / steps})
    (plot,) = loss_plots(shown)
    found = curve(plot, "strong")
    assert len(found) <= MOST_POINTS + 1
    assert found[0] == (1, 1.0) and found[-1] == (5000, 1 / 5000)


def test_a_run_of_one_evaluation_is_a_dot_and_one_without_losses_is_left_out(tree: Tree) -> None:
    shown = first_pair(tree, 1)
    runs = list(shown.shown.values())
    for run in runs:
        run.__dict__["trace"] = pd.DataFrame({"evaluation": [1], "total": [np.nan]})
    assert loss_plots(shown) == []
    runs[0].__dict__["trace"] = pd.DataFrame({"evaluation": [1], "total": [0.5]})
    (plot,) = loss_plots(shown)
    (row,) = plot.spec["datasets"]["curves"]
    assert row["alone"] and row["value"] == 0.5


@pytest.mark.parametrize("looks", [DASHES, SHAPES])
def test_series_are_told_apart(looks: list[object]) -> None:
    seen = {(place % len(COLOURS), str(look)) for place, look in enumerate(cycled(looks, 28))}
    assert len(seen) == 28


def test_the_explorer_has_each_run_once_with_what_it_is_filtered_by(tree: Tree) -> None:
    by_experiment = [
        results_by_pair(one, tree.planned, PROFILE, MANIFEST, tree.results) for one in tree.experiments
    ]
    runs = {run.planned.run.id: run for pairs in by_experiment for pair in pairs for run in pair.runs}
    values = {id: (1.0 + place, 2.0) for place, id in enumerate(runs)}
    last = list(runs)[-1]
    values[last] = (1.0, float("nan"))
    explorer = make_explorer(by_experiment, scored(list(values), values), INDEPENDENT)
    alt.Root.validate(explorer.spec)
    points = explorer.spec["datasets"]["points"]
    assert sorted(point["run"] for point in points) == sorted(set(runs) - {last})
    assert (explorer.shown, explorer.missing) == (len(runs) - 1, 1)
    assert explorer.figures == {"first": "Weak <or> strong", "second": "Weak <or> strong"}
    assert list(explorer.pairs.values()) == ["Chelsea with Swirls", "Temple with Swirls"]
    for point in points:
        # Both experiments ask for the same pictures with the same settings, so their runs are the same.
        assert point["figure"] == "|first|second|" and point["document"] == "|a|"
        assert point["pair"] in ("|chelsea swirls|", "|temple swirls|")
        assert point["setting"] == point["setting"].lower()


def test_nearly_unchanged_pictures_do_not_stretch_the_explorer(tree: Tree) -> None:
    by_experiment = [
        results_by_pair(one, tree.planned, PROFILE, MANIFEST, tree.results) for one in tree.experiments
    ]
    runs = {run.planned.run.id: run for pairs in by_experiment for pair in pairs for run in pair.runs}
    values = {id: (1.0 + 0.1 * place, 2.0) for place, id in enumerate(runs)}
    unchanged, copied, *_ = runs
    values |= {unchanged: (1e-9, 2.0), copied: (0.0, 2.0)}
    explorer = make_explorer(by_experiment, scored(list(values), values), INDEPENDENT)
    low, high = explorer.spec["layer"][0]["encoding"]["x"]["scale"]["domain"]
    assert 1 < low < 1.2 < high
    points = {point["run"]: point for point in explorer.spec["datasets"]["points"]}
    assert explorer.beyond == 2 and explorer.shown == len(points) == len(runs)
    assert {id for id, point in points.items() if point.get("beyond")} == {unchanged, copied}
    assert "content 1.0" in points[unchanged]["written"]


def test_a_fair_domain_is_that_of_tukey_s_fences() -> None:
    usual = [10.0**exponent for exponent in range(9)]
    assert fair_domain(usual) == pytest.approx((1 / 1.1, 1.1e8))
    # With one more the quartiles are at 2.25 and 6.75, and the fences at -11.25 and 20.25.
    assert fair_domain([*usual, 1e20]) == pytest.approx((1 / 1.1, 1.1e20))
    assert fair_domain([*usual, 1e21, 0.0]) == pytest.approx((1 / 1.1, 1.1e8))
    assert fair_domain([3.0]) == pytest.approx((3 / 1.1, 3.3))
