"""Who reads which runs: claims on a grid, through charts, along sweeps; and what that costs."""

import json
import shutil
from types import SimpleNamespace

import pytest
import yaml

from nstbench.charts.chart import Chart
from nstbench.claims import reading
from nstbench.claims.claim import ClaimTest
from nstbench.claims.reading import cost_table, readers
from nstbench.claims.sample import NoEvidenceError
from nstbench.pipeline.project import CHECKOUT, Project

SPEEDS = {("gatys2015", "vgg19", "embedded"): {64: 0.5}}
GRID = {"contents": ["chelsea", "coffee"], "styles": ["facets", "tesserae"]}
ARMS = ("one", "two", "three")


SWEEP = {"parameter": "alpha", "factors": [0.1, 0.5, 1, 2, 10], "arms": ["two"]}


@pytest.fixture
def project(tmp_path, monkeypatch):
    """Makes a project of three arms on a grid, with a claim for each of these tests."""
    for folder in ("experiments", "charts"):
        (tmp_path / "config" / folder).mkdir(parents=True)
    (tmp_path / "data").mkdir()
    shutil.copy(CHECKOUT / "data" / "images.yaml", tmp_path / "data")
    experiment = {
        "id": "toy",
        "title": "Three arms",
        "source": {"document": "Somebody, A document", "row": "toy", "figure": "Figure 1"},
        "question": "Which is best?",
        "settings_note": "None.",
        "method": "gatys2015",
        "parameters": "nikulin",
        "axes": [[{"id": id, "caption": id, "settings": {"alpha": n}} for n, id in enumerate(ARMS, 1)]],
        "pairs": [{"content": "rocket", "style": "facets"}],
        "panel": {"rows": [list(ARMS)]},
        "grid": True,
        "sweep": SWEEP,
    }

    def make(*tests):
        profile = {"size": 64, "weights": "embedded", "evaluations": 3, "grid": GRID, "sweeps": True}
        written = {
            "config.yaml": {"profile": "toy", "profiles": {"toy": profile}},
            "experiments/toy.yaml": experiment,
        }
        for name, content in written.items():
            (tmp_path / "config" / name).write_text(yaml.safe_dump(content))
        claims = [SimpleNamespace(id=f"claim-{n}", tests=[ClaimTest(**test)]) for n, test in enumerate(tests)]
        monkeypatch.setattr(reading, "load_register", lambda project: SimpleNamespace(claims=claims))
        return Project.load(tmp_path)

    return make


def compares(a, b):
    parameters = {"experiment": "toy", "metric": "C_lite", "a": a, "b": b}
    return {"statistic": "paired", "says": "one is less", "side": "less", "parameters": parameters}


def test_tests_read_the_arms_that_they_compare(project):
    found = readers(project(compares("one", "two"), compares("two", "content copied")))
    assert found == {("toy", "one", 1.0): {"claim-0"}, ("toy", "two", 1.0): {"claim-0", "claim-1"}}


def test_points_of_a_sweep_are_read_by_tests_that_ask_for_them(project, monkeypatch):
    def every_factor(parameters, evidence):
        for factor in evidence.factors("toy", "two"):
            assert all(
                0 < v < 1 for by in evidence.metric("toy", "two", "C", factor).values() for v in by.values()
            )
        raise NoEvidenceError

    monkeypatch.setattr(reading, "find_statistic", lambda id: SimpleNamespace(sample=every_factor))
    found = readers(project(compares("one", "two")))
    assert {factor for _, arm, factor in found if arm == "two"} == set(SWEEP["factors"])


def test_a_test_of_a_chart_reads_all_that_it_is_drawn_from(project, monkeypatch):
    chart = Chart.model_construct(id="drawn", experiment="toy")
    monkeypatch.setattr(reading._MadeUp, "charts", {"drawn": chart})
    parameters = {"chart": "drawn"}
    barrier = {"statistic": "barrier", "says": "it rises", "side": "greater", "parameters": parameters}
    assert readers(project(barrier)) == {("toy", arm, 1.0): {"claim-0"} for arm in ARMS}


def test_costs_are_of_each_run_once_with_its_readers(project):
    table = cost_table(project(compares("one", "two")), SPEEDS).set_index(["arm", "factor"]).sort_index()
    # One pair of the figure and four of the grid; twice alpha = 2 is the run of nobody else.
    counts = {place: len(own) for place, own in table.groupby(level=[0, 1])}
    expected = dict.fromkeys([("one", 1.0), ("two", 1.0), ("three", 1.0)], 5)
    assert counts == expected | dict.fromkeys([("two", 0.1), ("two", 2.0), ("two", 10.0)], 4)
    assert set(table["evaluations"]) == {3} and set(table["seconds"]) == {1.5}
    assert table["figure"].sum() == 3
    # Half of alpha = 2 is the alpha of the arm that a claim reads.
    assert table.loc["one"]["claims"].tolist() == [0, 1, 1, 1, 1]
    assert table.loc["three"]["claims"].sum() == 0 and table.loc["two", 10.0]["claims"].sum() == 0
    assert cost_table(project(), {})["seconds"].isna().all()


def test_the_command_adds_up_what_a_profile_makes(run, tmp_path):
    whole = json.loads(run("plan", "--profile", "smoke", "--json").stdout)
    planned = {entry.run.id for entry in Project.load(CHECKOUT, "smoke").planned}
    assert len(whole) == len(planned) and {row["run"] for row in whole} == planned
    printed = run("plan", "--profile", "smoke", "--measured", tmp_path).stdout
    evaluations = sum(row["evaluations"] for row in whole)
    assert f"{len(whole):,} runs, {evaluations:,} evaluations, 0.00 hours of a core" in printed
    assert f"not in the hours: {len(whole)} runs" in printed
    assert run("plan", "--profile", "huge").returncode == 2
