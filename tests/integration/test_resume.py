"""A pipeline that is killed at any moment goes on with the same command and ends with the same pictures."""

import os
import random
import signal
import subprocess
import sys
import time

from nstbench.pipeline.finished import FinishedRun
from nstbench.pipeline.project import CHECKOUT

EXPERIMENT = "nikulin-fig3"


def start(folder):
    """The pipeline up to one figure, in a process group of its own."""
    command = [sys.executable, "-m", "snakemake", "--cores", "2", "--directory", str(folder)]
    target = f"reports/figures/{EXPERIMENT}.jpg"
    return subprocess.Popen(
        [*command, target],
        cwd=CHECKOUT,
        env=os.environ | {"PROFILE": "smoke"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=heed_interrupts,
    )


def heed_interrupts():
    """In case that these tests run in the background of a shell, which makes its children ignore SIGINT."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def wait_for_runs(process, folder, count):
    """Until the pipeline, still at work, has finished so many runs."""
    while len(list(folder.glob("results/runs/*/run.json"))) < count:
        assert process.poll() is None
        time.sleep(0.01)


def interrupt_snakemake(process):
    process.send_signal(signal.SIGINT)


def kill_everything(process):
    os.killpg(process.pid, signal.SIGKILL)


def kill_one_job(process):
    """The youngest process of the group, or Snakemake itself while no job runs."""
    group = subprocess.run(["pgrep", "-g", str(process.pid)], capture_output=True, text=True)
    os.kill(max(map(int, group.stdout.split())), signal.SIGKILL)


def test_goes_on_where_it_stopped(made, project, tmp_path):
    """Disturbed at five moments drawn at random; an interrupt comes last, for it lets jobs finish."""
    wanted = project.plans[EXPERIMENT]
    batches = project.batches_of(planned.run for planned in wanted)
    runs = sum(len(project.batches[batch]) for batch in batches)
    disturbances = [kill_everything, kill_one_job] * 2 + [interrupt_snakemake]
    moments = sorted(random.Random(EXPERIMENT).sample(range(1, runs), len(disturbances)))
    for finished, disturb in zip(moments, disturbances, strict=True):
        process = start(tmp_path)
        wait_for_runs(process, tmp_path, finished)
        disturb(process)
        assert process.wait() != 0
    assert start(tmp_path).wait() == 0
    for planned in wanted:
        whole, resumed = (FinishedRun.of(planned, root / "results") for root in (made, tmp_path))
        assert resumed.image.read_bytes() == whole.image.read_bytes()
