"""A slice of the smoke pipeline through Slurm on one machine: `make cluster-test`.

Makes some figures here, then through Slurm with profiles/slurm, and again while a job, a node and the
controller are killed. The pictures have to be the same, byte for byte. Prints what it took.
"""

import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from one_machine import Cluster, enter_namespaces, missing

CHECKOUT = Path(__file__).parents[2]
FIGURES = [f"reports/figures/{id}.jpg" for id in ("jain-ablation", "nikulin-textures", "unlusoy-textures")]
THROUGH_SLURM = ("--profile", "profiles/slurm")
SECONDS_BETWEEN_LOOKS = 0.5
# Longer than the plugin waits between two looks at jobs as short as these.
SECONDS_OF_AN_EMPTY_QUEUE = 90.0
PATIENCE = 3600.0


def start(folder: Path, targets: list[str], *options: str) -> subprocess.Popen[bytes]:
    """Start the pipeline in a folder; what it says stands beside that."""
    command = [sys.executable, "-m", "snakemake", *options, "--config", "profile=smoke", "--directory"]
    command += [str(folder), *targets]
    with folder.with_suffix(".log").open("ab") as log:
        return subprocess.Popen(command, cwd=CHECKOUT, stdout=log, stderr=log)


def wait(process: subprocess.Popen[bytes], folder: Path) -> None:
    """Until the pipeline has ended; exit with the end of its log when it failed."""
    if process.wait(PATIENCE):
        sys.exit(f"the pipeline failed:\n{folder.with_suffix('.log').read_text()[-4000:]}")


def disturb(cluster: Cluster, process: subprocess.Popen[bytes]) -> list[str]:
    """Kill a job, a node and the controller, each while a job is running; gives what was killed."""

    def a_job() -> None:
        subprocess.run(["scancel", "--signal=KILL", "--full", cluster.jobs("RUNNING")[0]], check=True)

    def a_node() -> None:
        cluster.kill("node1")
        time.sleep(20)  # Longer than SlurmdTimeout: the controller gives its jobs to the other one.
        cluster.start("node1")

    def the_controller() -> None:
        cluster.kill("controller")
        time.sleep(5)
        cluster.start("controller")

    waiting: list[Callable[[], None]] = [a_job, a_node, the_controller]
    done = []
    while process.poll() is None and waiting:
        if cluster.jobs("RUNNING"):
            kill = waiting.pop(0)
            kill()
            done.append(kill.__name__.replace("_", " "))
        time.sleep(SECONDS_BETWEEN_LOOKS)
    return done


def finish(cluster: Cluster, process: subprocess.Popen[bytes], folder: Path, targets: list[str]) -> int:
    """See a disturbed pipeline to its end, as a user would do it; gives how often it had to be started again.

    A controller that was killed has forgotten the jobs that it got in its last seconds, and Snakemake waits
    for them; whoever finds the queue empty interrupts it.
    """
    again, idle = 0, time.monotonic()
    while process.poll() != 0:
        if cluster.jobs("RUNNING,PENDING,COMPLETING"):
            idle = time.monotonic()
        if process.poll() is None and time.monotonic() - idle > SECONDS_OF_AN_EMPTY_QUEUE:
            process.send_signal(signal.SIGINT)
            process.wait(PATIENCE)
        if process.poll():
            again, idle = again + 1, time.monotonic()
            process = start(folder, targets, *THROUGH_SLURM)
        time.sleep(SECONDS_BETWEEN_LOOKS)
    return again


def pictures(folder: Path) -> dict[str, bytes]:
    """All pictures of the figures and of their runs, by name."""
    files = [*folder.glob("reports/figures/*.jpg"), *folder.glob("results/runs/*/image.png")]
    return {str(file.relative_to(folder)): file.read_bytes() for file in files}


def beside_computing(jobs: list[str], folder: Path) -> float:
    """The mean of what jobs of Slurm, whose times are 1:23, took besides what the logs say was computed."""
    seconds = sum(60.0 * int(minutes) + int(rest) for minutes, rest in (each.split(":") for each in jobs))
    logs = [log for log in folder.glob("results/logs/*.log") if not log.name.startswith("picture-")]
    computed = (re.search(r"computed for ([\d.]+) s", log.read_text()) for log in logs)
    return (seconds - sum(float(found[1]) for found in computed if found)) / len(jobs)


def main() -> None:
    """Compare a pipeline of this machine, one through Slurm, and one that was disturbed."""
    if reason := missing():
        print(f"skipped: {reason}")
        return
    enter_namespaces()
    targets = sys.argv[1:] or FIGURES
    with tempfile.TemporaryDirectory(prefix="nstbench-slurm-") as name:
        root, seconds = Path(name), {}
        here, undisturbed, disturbed = (root / each for each in ("here", "slurm", "disturbed"))
        began = time.perf_counter()
        wait(start(here, targets, "--cores", "2"), here)
        seconds["here"] = time.perf_counter() - began
        cluster = Cluster(root / "cluster")
        began = time.perf_counter()
        wait(start(undisturbed, targets, *THROUGH_SLURM), undisturbed)
        seconds["through Slurm"] = time.perf_counter() - began
        jobs = cluster.ask("squeue", "--noheader", "--states=all", "--format=%M").split()
        began = time.perf_counter()
        process = start(disturbed, targets, *THROUGH_SLURM)
        killed = disturb(cluster, process)
        again = finish(cluster, process, disturbed, targets)
        how = f"through Slurm with {', '.join(killed)} killed, started again {again} times"
        seconds[how] = time.perf_counter() - began
        for how, took in seconds.items():
            print(f"{took:6.0f} s {how}")
        print(f"{len(jobs)} jobs of Slurm, of {beside_computing(jobs, undisturbed):.1f} s beside computing")
        wanted = pictures(here)
        assert wanted and len(killed) == 3
        assert pictures(undisturbed) == pictures(disturbed) == wanted
        print(f"{len(wanted)} pictures, the same in all three")


if __name__ == "__main__":
    main()
