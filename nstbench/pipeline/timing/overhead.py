"""What the pipeline costs besides computing: starting Python, importing, scheduling, idle cores.

`python -m nstbench.pipeline.timing.overhead` runs the whole pipeline anew in build/overhead
(profile by PROFILE, all cores) and compares the wall time of all cores with the seconds that the jobs spent
computing, which they write into their logs.
"""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from nstbench.core.job_logging import seconds_computed
from nstbench.pipeline.project import CHECKOUT

FOLDER = CHECKOUT / "build" / "overhead"


def overhead(wall: float, cores: int, computed: float) -> float:
    """The share of `wall` seconds on `cores` cores that was not spent computing."""
    return 1 - computed / (wall * cores)


def run_anew(folder: Path) -> float:
    """Seconds that the pipeline takes in an empty `folder`."""
    shutil.rmtree(folder, ignore_errors=True)
    command = [sys.executable, "-m", "snakemake", "--cores", "all", "--directory", str(folder), "--quiet"]
    started = time.perf_counter()
    if failed := subprocess.run(command, cwd=CHECKOUT).returncode:
        sys.exit(failed)
    return time.perf_counter() - started


def main() -> None:
    """Run the pipeline anew and print the share of the cores' time that was not spent computing."""
    wall, cores = run_anew(FOLDER), len(os.sched_getaffinity(0))
    computed = sum(seconds_computed(log) for log in (FOLDER / "results" / "logs").glob("*.log"))
    print(f"wall {wall:.1f} s on {cores} cores, computing {computed:.1f} s")
    print(f"overhead {100 * overhead(wall, cores, computed):.1f} % of the cores' time")


if __name__ == "__main__":
    main()
