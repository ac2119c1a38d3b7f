"""What the pipeline costs, by kind of job, and besides jobs: starting, importing, scheduling.

`python -m nstbench.pipeline.timing.overhead` runs the whole pipeline anew in build/overhead (profile by
PROFILE, all cores). Jobs write into their logs how long they computed; the system says what all processes
together took. Seconds of a core depend less on what else the machine does than seconds on the clock. Linux
only.
"""

import ctypes
import os
import resource
import shutil
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path

from nstbench.core.job_logging import seconds_computed
from nstbench.pipeline.project import CHECKOUT

FOLDER = CHECKOUT / "build" / "overhead"
# Of prctl(2): who is left by its parent, as the server of jobs is, becomes a child of this process.
PR_SET_CHILD_SUBREAPER = 36


def run_anew(folder: Path, *arguments: str) -> tuple[float, float]:
    """Seconds that the pipeline takes in an empty `folder`, and seconds of a core of all its processes."""
    shutil.rmtree(folder, ignore_errors=True)
    command = [sys.executable, "-m", "snakemake", "--cores", "all", "--directory", str(folder), *arguments]
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)
    before, started = _of_children(), time.perf_counter()
    if failed := subprocess.run(command, cwd=CHECKOUT).returncode:
        sys.exit(failed)
    wall = time.perf_counter() - started
    while True:
        try:
            os.wait()
        except ChildProcessError:
            return wall, _of_children() - before


def _of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def computed_by_kind(logs: Path) -> dict[str, list[float]]:
    """The seconds of a core of each job in a folder of logs, by its kind."""
    seconds = defaultdict(list)
    for log in sorted(logs.glob("*.log")):
        seconds[log.stem.partition("-")[0]].append(seconds_computed(log)[1])
    return dict(seconds)


def main() -> None:
    """Run the pipeline anew and print where the cores' time went."""
    (wall, total), cores = run_anew(FOLDER, *sys.argv[1:]), len(os.sched_getaffinity(0))
    kinds = computed_by_kind(FOLDER / "results" / "logs")
    for kind, seconds in sorted(kinds.items(), key=lambda each: -sum(each[1])):
        print(f"{kind:10} {len(seconds):4} jobs {sum(seconds):8.1f} s of a core")
    computed = sum(map(sum, kinds.values()))
    print(f"all processes {total:.1f} s of a core, {100 * (1 - computed / total):.1f} % outside of jobs")
    print(f"wall {wall:.1f} s; jobs had {100 * computed / (wall * cores):.1f} % of {cores} cores")


if __name__ == "__main__":
    main()
