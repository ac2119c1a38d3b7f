import json
import signal
import subprocess
import sys
from dataclasses import replace
from math import inf, isnan
from types import SimpleNamespace

import pandas as pd
import pytest
import torch
from PIL import Image
from skimage.io import imread
from small_runs import TWO_LAYERS, make, small_run

from nstbench.core.errors import InputError
from nstbench.core.hardware import Hardware
from nstbench.losses.objective import Objective
from nstbench.metrics import metrics
from nstbench.pipeline import cache_keys, execution
from nstbench.pipeline.execution import execute
from nstbench.pipeline.finished import read_record
from nstbench.pipeline.plan import PlannedRun
from nstbench.pipeline.scoring import score_trials
from nstbench.pipeline.specification import RunSpecification
from nstbench.pipeline.tables import control_id, tidy_scores


@pytest.fixture
def run():
    return small_run(evaluations=4, **TWO_LAYERS)


@pytest.fixture
def pictures(photo, painting):
    return photo.parent


def test_leaves_image_trace_and_record(run, pictures, tmp_path):
    results = tmp_path / "results"
    folder = make(run, pictures, results)
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
    first, second = (make(run, pictures, tmp_path / name) for name in ("a", "b"))
    assert first.image.read_bytes() == second.image.read_bytes()
    pd.testing.assert_frame_equal(first.trace.drop(columns="seconds"), second.trace.drop(columns="seconds"))


def test_finished_run_is_not_made_again(run, pictures, tmp_path, capsys):
    folder = make(run, pictures, tmp_path / "results")
    before = folder.image.stat().st_mtime_ns
    capsys.readouterr()
    execute([run], pictures, tmp_path / "results")
    assert folder.image.stat().st_mtime_ns == before
    assert capsys.readouterr().err == ""


KILLED_AT = 20
KILLED = f"""
import os, signal, sys
from pathlib import Path
from nstbench.pipeline.execution import execute
from nstbench.pipeline.specification import RunSpecification
from nstbench.losses.objective import Objective
from nstbench.optim import checkpoints as checkpoint
checkpoint.SECONDS_BETWEEN = 0.0
evaluate, calls = Objective.losses, []
def killed(*arguments):
    calls.append(1)
    if len(calls) == {KILLED_AT}:
        os.kill(os.getpid(), signal.SIGKILL)
    return evaluate(*arguments)
Objective.losses = killed
pictures, results, *runs = sys.argv[1:]
execute([RunSpecification.model_validate_json(run) for run in runs], Path(pictures), Path(results), len(runs))
"""


@pytest.mark.parametrize(
    "optimiser", [{"kind": "lbfgs"}, {"kind": "lbfgs", "line_search": True}, {"kind": "adam", "rate": 0.02}]
)
def test_a_killed_run_goes_on_and_ends_with_the_same_picture(run, pictures, tmp_path, monkeypatch, optimiser):
    parameters = {**run.parameters, "optimiser": optimiser, "evaluations": 40}
    run = run.model_copy(update={"parameters": parameters})
    whole = make(run, pictures, tmp_path / "whole")
    results = tmp_path / "killed"
    command = [sys.executable, "-c", KILLED, str(pictures), str(results), run.model_dump_json()]
    assert subprocess.run(command).returncode == -signal.SIGKILL
    assert list(results.glob("checkpoints/gatys*.pt"))
    assert not (results / "runs").exists()
    evaluated = []
    monkeypatch.setattr(Objective, "losses", counted(Objective.losses, evaluated))
    resumed = make(run, pictures, results)
    assert 40 - KILLED_AT < len(evaluated) < 40
    assert resumed.image.read_bytes() == whole.image.read_bytes()
    losses = [folder.trace.drop(columns="seconds") for folder in (whole, resumed)]
    pd.testing.assert_frame_equal(*losses, check_exact=True)


def test_a_run_that_goes_on_counts_the_seconds_before(run, pictures, tmp_path, monkeypatch):
    with_outcome(monkeypatch, seconds_before=1000.0)
    record = make(run, pictures, tmp_path).record
    assert 1000 < record["seconds"] < 1100


def test_numbers_that_are_not_finite_are_text_in_the_record_and_numbers_when_read(
    run, pictures, tmp_path, monkeypatch
):
    facts = {"canonical_ratio": inf}
    with_outcome(monkeypatch, final=nothing(2), facts=facts)
    folder = make(run, pictures, tmp_path)
    text = (folder.folder / "run.json").read_text()
    strict = json.loads(text, parse_constant=lambda constant: pytest.fail(f"{constant} is no JSON"))
    assert (strict["final_losses"]["total"], strict["facts"]) == ("nan", {"canonical_ratio": "inf"})
    assert isnan(folder.record["final_losses"]["total"])
    assert folder.record["facts"] == facts


def with_outcome(monkeypatch, **changes):
    """Runs whose outcome is another one than that of their method."""
    stylize = execution.stylize

    async def changed(*arguments):
        return replace(await stylize(*arguments), **changes)

    monkeypatch.setattr(execution, "stylize", changed)


def nothing(terms):
    return torch.full((1 + terms,), torch.nan)


def test_a_run_reports_its_own_peak_memory(run, pictures, tmp_path, monkeypatch):
    """A batch makes several runs in one process."""
    calls = []
    transfer = execution.stylize
    monkeypatch.setattr(execution, "_forget_peak_memory", lambda hardware: calls.append("forgotten"))
    monkeypatch.setattr(execution, "stylize", lambda *a: calls.append("run") or transfer(*a))
    monkeypatch.setattr(execution, "_peak_memory_mb", lambda hardware: calls.append("read") or 5.0)
    assert make(run, pictures, tmp_path).record["peak_memory_mb"] == 5
    assert calls == ["forgotten", "run", "read"]


def test_the_peak_memory_of_a_gpu_is_the_device_s(monkeypatch):
    peak = {"gpu": 7e6}
    monkeypatch.setattr(torch.cuda, "reset_peak_memory_stats", lambda device: peak.update({device: 0.0}))
    monkeypatch.setattr(torch.cuda, "max_memory_allocated", peak.get)

    class Gpu(str):
        type = "cuda"

    gpu = SimpleNamespace(device=Gpu("gpu"))
    assert execution._peak_memory_mb(gpu) == 7
    execution._forget_peak_memory(gpu)
    assert execution._peak_memory_mb(gpu) == 0


@pytest.mark.parametrize(("platform", "unit"), [("linux", 1e3), ("darwin", 1e6)])
def test_the_peak_memory_of_a_process_is_in_the_units_of_its_system(monkeypatch, platform, unit):
    """getrusage(2): kilobytes on Linux, bytes on macOS."""
    monkeypatch.setattr("sys.platform", platform)
    monkeypatch.setattr("resource.getrusage", lambda who: SimpleNamespace(ru_maxrss=700 * unit))
    assert execution._peak_memory_mb(Hardware(torch.device("cpu"), "fp32")) == 700


def counted(function, calls):
    def wrapper(*arguments):
        calls.append(1)
        return function(*arguments)

    return wrapper


@pytest.mark.parametrize("changed", ["picture", "code"])
def test_run_is_made_again_when_its_inputs_changed(run, pictures, tmp_path, monkeypatch, changed):
    folder = make(run, pictures, tmp_path / "results")
    before = folder.image.stat().st_mtime_ns
    if changed == "picture":
        Image.new("RGB", (40, 40), "red").save(pictures / "painting.png")
    else:
        monkeypatch.setattr(cache_keys, "run_key", lambda method: "another engine")
    execute([run], pictures, tmp_path / "results")
    assert folder.image.stat().st_mtime_ns > before


def test_scores_are_tidy_and_have_controls(run, pictures, tmp_path):
    execute([run], pictures, tmp_path)
    planned = [PlannedRun(experiment, None, None, run) for experiment in ("one", "two")]
    scores = score_trials([(entry.run, entry.truth) for entry in planned], pictures, tmp_path)
    table = tidy_scores(scores, planned)
    assert list(table.columns) == ["run", "experiment", "factor", "metric", "value", "reason"]
    assert len(table) == 2 * 3 * len(metrics())
    value = table[table.experiment == "one"].set_index(["run", "metric"])["value"]
    assert value[control_id("content", run), "C"] == 0
    assert value[control_id("style", run), "S"] == 0
    assert 0 < value[run.id, "C"] < value[control_id("style", run), "C"]


def test_a_run_has_a_row_for_each_factor_that_it_is_the_run_of(run):
    """One run may be an arm's own, and another arm's with its parameter multiplied."""
    planned = [PlannedRun("one", None, None, run, factor=factor) for factor in (10.0, 1.0)]
    ids = (run.id, control_id("content", run), control_id("style", run))
    scores = pd.DataFrame([{"trial": id, "metric": "C", "value": 0.5, "reason": None} for id in ids])
    table = tidy_scores(scores, planned)
    assert sorted(zip(table["run"], table["factor"], strict=True)) == sorted(
        [(run.id, 1.0), (run.id, 10.0), (ids[1], 1.0), (ids[2], 1.0)]
    )


def test_a_truth_is_scored_where_an_experiment_names_one(run, pictures, tmp_path):
    """The same run, measured against two truths and none."""
    execute([run], pictures, tmp_path)
    truths = {"none": None, "painted": "painting", "photographed": "photo"}
    planned = [PlannedRun(experiment, None, None, run, truth) for experiment, truth in truths.items()]
    trials = [(entry.run, entry.truth) for entry in planned]
    table = tidy_scores(score_trials(trials, pictures, tmp_path), planned)
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
    assert not execution._is_done(tmp_path / "nothing", "x")
    (tmp_path / "run.json").write_text("{ half")
    assert not execution._is_done(tmp_path, "x")


def several(run):
    """Runs that share a network, but for one, with other weights, optimisers and budgets."""
    changes = [
        {},
        {"optimiser": {"kind": "adam", "rate": 0.02}, "evaluations": 7},
        {"alpha": 1.0, "init": "noise"},
        {"pooling": "max"},
        {"style_layers": {"relu1_1": 0.5, "relu2_1": 0.5}, "preserve_colour": "luminance"},
    ]
    return [RunSpecification.derived_from(run, parameters={**run.parameters, **each}) for each in changes]


def losses_of(folder):
    return pd.read_csv(folder / "trace.csv").drop(columns="seconds")


@pytest.mark.parametrize("together", [2, 5])
def test_runs_made_together_are_what_they_are_alone(run, pictures, tmp_path, together):
    runs = several(run)
    alone = [make(each, pictures, tmp_path / "alone") for each in runs]
    folders = execute(runs[::-1], pictures, tmp_path / "together", together)[::-1]
    for single, folder in zip(alone, folders, strict=True):
        assert folder.name == single.folder.name
        assert (folder / "image.png").read_bytes() == single.image.read_bytes()
        pd.testing.assert_frame_equal(losses_of(folder), losses_of(single.folder), check_exact=True)
    seconds = [read_record(folder)["seconds"] for folder in folders]
    assert min(seconds) > 0


def test_a_run_that_diverges_does_not_keep_others_from_their_ends(run, pictures, tmp_path):
    bad = {**run.parameters, "optimiser": {"kind": "adam", "rate": 1e38}, "evaluations": 9}
    runs = several(run)
    runs.insert(1, RunSpecification.derived_from(run, parameters=bad))
    with pytest.raises(InputError, match="diverged"):
        execute(runs, pictures, tmp_path, together=6)
    assert {folder.name for folder in (tmp_path / "runs").iterdir()} == {each.id for each in several(run)}


def test_killed_runs_go_on_together(run, pictures, tmp_path):
    """After 20 evaluations of all, some of which are done."""
    runs = several(run)
    for each in runs:
        make(each, pictures, tmp_path / "whole")
    results = tmp_path / "killed"
    texts = [each.model_dump_json() for each in runs]
    command = [sys.executable, "-c", KILLED, str(pictures), str(results), *texts]
    assert subprocess.run(command).returncode == -signal.SIGKILL
    left = {file.stem[:-13] for file in results.glob("checkpoints/*.pt")}
    assert left
    assert left | {folder.name for folder in results.glob("runs/*")} == {each.id for each in runs}
    for folder in execute(runs, pictures, results, together=5):
        whole = tmp_path / "whole" / "runs" / folder.name
        assert (folder / "image.png").read_bytes() == (whole / "image.png").read_bytes()
        pd.testing.assert_frame_equal(losses_of(folder), losses_of(whole), check_exact=True)
    assert not list(results.glob("checkpoints/*"))
