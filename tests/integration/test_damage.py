"""What is cut, emptied, swapped or deleted in a finished pipeline is made again by the same command."""

import itertools
import json
import os
import re
import shutil
import subprocess
import sys

import pytest

from nstbench.core.files import sha256
from nstbench.pipeline.finished import FinishedRun
from nstbench.pipeline.project import CHECKOUT

EXPERIMENT = "nikulin-fig3"
# What is made of runs, scores and tables: a file of each kind, one for each job to make again.
SHOWN = (
    "results/claims.csv",
    "results/charts/da-optimisers-curves.csv",
    "results/notebooks/da.ipynb",
    "results/seals/notebook-claims.json",
    "results/scores.csv",
    "reports/figures/da-tv.jpg",
    "reports/figures/da-experiments.curves.png",
    "reports/figures/da-optimisers.thumb.jpg",
    "reports/figures/da-tv.html",
    "reports/index.html",
)
# A file of each kind that jobs leave.
KINDS = (
    "results/pictures/chelsea.png",
    "results/networks/*.safetensors",
    "results/networks/*.csv",
    "results/runs/*/image.png",
    "results/runs/*/trace.csv",
    "results/runs/*/run.json",
    "results/runs/*/snapshots/*.png",
    "results/batches/*.csv",
    "results/scores/*.csv",
    "results/scores.csv",
    "results/charts/*.csv",
    "results/claims.json",
    "results/claims.csv",
    "results/notebooks/*.ipynb",
    "results/seals/*.json",
    "reports/figures/nikulin-fig?.jpg",
    "reports/figures/jain-one-style.2.jpg",
    "reports/figures/nikulin-*.curves.png",
    "reports/figures/nikulin-*.thumb.jpg",
    "reports/figures/nikulin-*.json",
    "reports/figures/nikulin-*.html",
    "reports/figures/jain-fig1.svg",
    "reports/notebooks/*.html",
    "reports/tiles/*.jpg",
    "reports/tables/*.csv",
    "reports/index.html",
    "reports/verdicts.md",
)


def truncate(file):
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def empty(file):
    file.write_bytes(b"")


def swap(file):
    """Another content of the same length."""
    file.write_bytes(file.read_bytes()[::-1])


def delete(file):
    file.unlink()


HARMS = (truncate, empty, swap, delete)


def snakemake(folder, *arguments):
    command = [sys.executable, "-m", "snakemake", "--cores", "2", "--directory", str(folder), *arguments]
    environment = os.environ | {"PROFILE": "smoke"}
    process = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, env=environment)
    assert process.returncode == 0, process.stdout + process.stderr
    return process.stdout + process.stderr


def makers(folder, file):
    """The jobs whose seals know a file; of a seal, its job."""
    if file.parent.name == "seals":
        return [file.stem]
    name = json.dumps(os.path.relpath(file, folder / "results"))
    return [seal.stem for seal in (folder / "results" / "seals").glob("*.json") if name in seal.read_text()]


@pytest.fixture
def copy(made, tmp_path):
    return shutil.copytree(made, tmp_path / "copy")


def test_every_file_but_logs_and_locks_is_sealed_once(made, project):
    """Folders of runs that are planned no longer, from before a change, do not count."""
    unsealed = (".lock", "profile.json", ".snakemake_timestamp")
    planned = {run.id for runs in project.every_batch.values() for run in runs}
    runs = made / "results" / "runs"
    files = {
        file
        for folder in (made / "results", made / "reports")
        for file in folder.rglob("*")
        if file.is_file() and file.parent.name not in ("logs", "seals") and file.name not in unsealed
        if not file.is_relative_to(runs) or file.relative_to(runs).parts[0] in planned
    }
    sealed = [
        made / "results" / name
        for seal in (made / "results" / "seals").glob("*.json")
        for name in json.loads(seal.read_text())
    ]
    assert len(sealed) == len(set(sealed))
    assert {os.path.normpath(file) for file in sealed} == set(map(str, files))


@pytest.mark.parametrize("harm", HARMS)
def test_every_kind_of_file_is_missed_when_it_is_planned(copy, harm):
    """A dry run names the jobs that have to make them again, and changes nothing."""
    harmed = {}
    # One file a job; with each harm it is another kind's turn to come first.
    turn = 7 * HARMS.index(harm)
    for kind in (*KINDS[turn:], *KINDS[:turn]):
        for file in sorted(copy.glob(kind)):
            jobs = makers(copy, file)
            if jobs and jobs[0] not in harmed:
                harmed[jobs[0]] = file
                break
    for file in harmed.values():
        harm(file)
    before = {file: file.stat().st_mtime_ns for file in copy.glob("re*/**/*")}
    said = snakemake(copy, "--dry-run", "--printshellcmds", "--verbose")
    assert before == {file: file.stat().st_mtime_ns for file in copy.glob("re*/**/*")}
    planned = set(re.findall(r"--log results/logs/(\S+)\.log", said))
    assert len(harmed) > 15
    assert set(harmed) <= planned


def test_what_is_shown_heals_in_one_run_to_the_same_bytes(copy):
    """All of the tree, but for what says when or how fast it was made."""
    before = contents(copy)
    for harm, name in zip(itertools.cycle(HARMS), SHOWN, strict=False):
        harm(copy / name)
    snakemake(copy)
    assert contents(copy) == before
    assert "Nothing to be done" in snakemake(copy, "--dry-run", "--verbose")


def contents(folder):
    """The hash of every file in a folder, but for seals, logs and how long the chart of `SHOWN` took."""
    of_times = {
        folder / "reports" / "figures" / f"da-optimisers-curves.{suffix}" for suffix in ("json", "html")
    }
    return {
        file.relative_to(folder): sha256(file)
        for file in folder.glob("re*/**/*")
        if file.is_file() and file.parent.name not in ("logs", "seals") and file not in of_times
    }


def test_a_figure_heals_with_its_runs_and_pictures(copy, made, project):
    """Each run of the figure is damaged in another way; what was made by hand stays."""
    target = f"reports/figures/{EXPERIMENT}.jpg"
    runs = [FinishedRun.of(entry, copy / "results") for entry in project.plans[EXPERIMENT]]
    record, image, trace, folder = (run.folder for run in [*runs, *runs][:4])
    (record / "run.json").write_text("[]")
    truncate(image / "image.png")
    swap(trace / "trace.csv")
    shutil.rmtree(folder)
    truncate(copy / "results" / "pictures" / "chelsea.png")
    empty(copy / target)
    own = copy / "results" / "pictures" / "own.png"
    own.write_text("mine")
    said = snakemake(copy, target)
    assert f"results/runs/{image.name}/image.png has" in said
    assert own.read_text() == "mine"
    for run in runs:
        whole = FinishedRun.of(run.planned, made / "results")
        assert run.image.read_bytes() == whole.image.read_bytes()
        assert len(run.trace) == len(whole.trace)
    for file in (target, "results/pictures/chelsea.png", f"reports/figures/{EXPERIMENT}.thumb.jpg"):
        assert (copy / file).read_bytes() == (made / file).read_bytes()
    assert "Nothing to be done" in snakemake(copy, "--dry-run", "--verbose", target)
