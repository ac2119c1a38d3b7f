import json
import subprocess
import sys
import time
from math import isnan

import pandas as pd
import pytest
from PIL import Image
from skimage.io import imread
from small_runs import TWO_LAYERS, small_run

from nstbench.experiments import fingerprint
from nstbench.experiments.execution import execute
from nstbench.experiments.plan import PlannedRun
from nstbench.experiments.runs import RunFolder
from nstbench.experiments.scoring import score_trials
from nstbench.experiments.tables import control_id, tidy_scores
from nstbench.metrics import metrics
from nstbench.objective import Objective


@pytest.fixture
def run():
    return small_run(evaluations=4, **TWO_LAYERS)


@pytest.fixture
def pictures(photo, painting):
    return photo.parent


def test_leaves_image_trace_and_record(run, pictures, tmp_path):
    results = tmp_path / "results"
    folder = execute(run, pictures, results)
    assert folder.folder == results / "runs" / run.id
    assert imread(folder.image).shape == (32, 32, 3)
    assert list(folder.trace.columns) == [
        "evaluation",
        "total",
        "content/relu2_1",
        "style/relu1_1",
        "seconds",
    ]
    assert len(folder.trace) == 4
    record = json.loads((folder.folder / "run.json").read_text())
    assert record["specification"] == run.model_dump()
    assert record["precision"] == "fp32"
    assert record["final_losses"]["total"] == pytest.approx(folder.trace["total"].iloc[-1])
    assert record["facts"]["canonical_ratio"] == pytest.approx(1.05e-3 / (64 * 16 * 16))
    assert not list(results.glob("checkpoints/*"))


def test_same_specification_gives_the_same_picture(run, pictures, tmp_path):
    first, second = (execute(run, pictures, tmp_path / name) for name in ("a", "b"))
    assert first.image.read_bytes() == second.image.read_bytes()
    pd.testing.assert_frame_equal(first.trace.drop(columns="seconds"), second.trace.drop(columns="seconds"))


def test_finished_run_is_not_made_again(run, pictures, tmp_path, capsys):
    folder = execute(run, pictures, tmp_path / "results")
    before = folder.image.stat().st_mtime_ns
    capsys.readouterr()
    execute(run, pictures, tmp_path / "results")
    assert folder.image.stat().st_mtime_ns == before
    assert capsys.readouterr().err == ""


KILLED = """
import sys
from pathlib import Path
from nstbench.experiments.execution import execute
from nstbench.experiments.specification import RunSpecification
from nstbench.optimise import checkpoint
checkpoint.SECONDS_BETWEEN = 0.0
pictures, results, run = sys.argv[1:]
execute(RunSpecification.model_validate_json(run), Path(pictures), Path(results))
"""


@pytest.mark.parametrize(
    "optimiser", [{"kind": "lbfgs"}, {"kind": "lbfgs", "line_search": True}, {"kind": "adam", "rate": 0.02}]
)
def test_a_killed_run_goes_on_and_ends_with_the_same_picture(run, pictures, tmp_path, monkeypatch, optimiser):
    parameters = {**run.parameters, "optimiser": optimiser, "evaluations": 60}
    run = run.model_copy(update={"parameters": parameters})
    whole = execute(run, pictures, tmp_path / "whole")
    results = tmp_path / "killed"
    command = [sys.executable, "-c", KILLED, str(pictures), str(results), run.model_dump_json()]
    process = subprocess.Popen(command)
    while not list(results.glob("checkpoints/gatys*.pt")):
        assert process.poll() is None
        time.sleep(0.001)
    process.kill()
    process.wait()
    assert not (results / "runs").exists()
    evaluated = []
    monkeypatch.setattr(Objective, "__call__", counted(Objective.__call__, evaluated))
    resumed = execute(run, pictures, results)
    assert 0 < len(evaluated) < 60
    assert resumed.image.read_bytes() == whole.image.read_bytes()
    losses = [folder.trace.drop(columns="seconds") for folder in (whole, resumed)]
    pd.testing.assert_frame_equal(*losses, check_exact=True)


def counted(function, calls):
    def wrapper(*arguments):
        calls.append(1)
        return function(*arguments)

    return wrapper


@pytest.mark.parametrize("changed", ["picture", "code"])
def test_run_is_made_again_when_its_inputs_changed(run, pictures, tmp_path, monkeypatch, changed):
    folder = execute(run, pictures, tmp_path / "results")
    before = folder.image.stat().st_mtime_ns
    if changed == "picture":
        Image.new("RGB", (40, 40), "red").save(pictures / "painting.png")
    else:
        monkeypatch.setattr(fingerprint, "code_hash", lambda patterns: "another engine")
    execute(run, pictures, tmp_path / "results")
    assert folder.image.stat().st_mtime_ns > before


def test_scores_are_tidy_and_have_controls(run, pictures, tmp_path):
    execute(run, pictures, tmp_path)
    planned = [PlannedRun(experiment, None, None, run) for experiment in ("one", "two")]
    scores = score_trials([entry.trial for entry in planned], pictures, tmp_path)
    table = tidy_scores(scores, planned)
    assert list(table.columns) == ["run", "experiment", "metric", "value", "reason"]
    assert len(table) == 2 * 3 * len(metrics())
    value = table[table.experiment == "one"].set_index(["run", "metric"])["value"]
    assert value[control_id("content", run), "C"] == 0
    assert value[control_id("style", run), "S"] == 0
    assert 0 < value[run.id, "C"] < value[control_id("style", run), "C"]


def test_a_truth_is_scored_where_an_experiment_names_one(run, pictures, tmp_path):
    """The same run, measured against two truths and none."""
    execute(run, pictures, tmp_path)
    truths = {"none": None, "painted": "painting", "photographed": "photo"}
    planned = [PlannedRun(experiment, None, None, run, truth) for experiment, truth in truths.items()]
    table = tidy_scores(score_trials([entry.trial for entry in planned], pictures, tmp_path), planned)
    assert len(table) == 3 * 3 * len(metrics())
    scored = table.set_index(["experiment", "run", "metric"])
    value, reason = scored["value"], scored["reason"]
    assert isnan(value["none", run.id, "DE00t"])
    assert reason["none", run.id, "DE00t"] == "no truth is known for this pair"
    assert value["painted", control_id("style", run), "DE00t"] == 0
    assert value["painted", control_id("style", run), "Ct"] == 0
    assert value["painted", control_id("content", run), "DE00t"] > 10
    assert value["photographed", control_id("content", run), "SSIMt"] == pytest.approx(1)
    assert value["photographed", run.id, "Ct"] == value["photographed", run.id, "C"]
    assert value["painted", run.id, "C"] == value["none", run.id, "C"]
    assert "the network that the run optimised" in reason["painted", run.id, "Ct"]


def test_unfinished_run_is_not_done(tmp_path):
    assert not RunFolder(tmp_path / "nothing").is_done("x")
    (tmp_path / "run.json").write_text("{ half")
    assert not RunFolder(tmp_path).is_done("x")
