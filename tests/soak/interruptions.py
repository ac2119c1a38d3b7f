"""A slice of the smoke pipeline, interrupted again and again, when and how a seed says: `make soak`.

Each time it is started again with the same command. In the end its pictures and networks have to be those of
a pipeline that nobody disturbed, byte for byte. When it is done before all interruptions have come, it begins
anew.
"""

import argparse
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import psutil

CHECKOUT = Path(__file__).parents[2]
# Trains two networks, and makes runs with and without them.
TARGET = "reports/figures/nikulin-fig9.jpg"
# Whoever does not end by then does not heed what it was sent.
PATIENCE = 120.0


def start(folder: Path) -> psutil.Popen:
    """The pipeline in a process group of its own, which heeds Ctrl-C wherever this program runs."""
    command = [sys.executable, "-m", "snakemake", "--cores", "2", "--directory", str(folder), TARGET]
    with folder.with_suffix(".log").open("ab") as log:
        return psutil.Popen(
            command,
            cwd=CHECKOUT,
            env=os.environ | {"PROFILE": "smoke"},
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        )


def server(pipeline: psutil.Popen) -> psutil.Process | None:
    """The process that jobs are forked from."""
    return next((each for each in pipeline.children() if "job-server" in each.cmdline()), None)


def to_all(number: int) -> Callable[[psutil.Popen], None]:
    """What sends a signal to the whole group, as a terminal or a shutdown does."""
    return lambda pipeline: os.killpg(pipeline.pid, number)


def kill_server(pipeline: psutil.Popen) -> None:
    """It alone; jobs go on by themselves."""
    if found := server(pipeline):
        found.kill()


def kill_job(pipeline: psutil.Popen) -> None:
    """One of those that are running, if any."""
    found = server(pipeline)
    for job in found.children() if found else ():
        job.kill()
        return


KINDS: dict[str, Callable[[psutil.Popen], None]] = {
    "SIGINT to all": to_all(signal.SIGINT),
    "SIGTERM to all": to_all(signal.SIGTERM),
    "SIGKILL to all": to_all(signal.SIGKILL),
    "SIGKILL to Snakemake": lambda pipeline: pipeline.kill(),
    "SIGKILL to the server of jobs": kill_server,
    "SIGKILL to a job": kill_job,
}


def made(folder: Path) -> dict[str, bytes]:
    """Every picture and network, by its place."""
    files = (file for kind in ("png", "jpg", "safetensors") for file in folder.glob(f"re*/**/*.{kind}"))
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}


def end(pipeline: psutil.Popen) -> int:
    """Wait for it; what does not heed a signal is killed, and the test fails."""
    try:
        return int(pipeline.wait(PATIENCE))
    except psutil.TimeoutExpired:
        os.killpg(pipeline.pid, signal.SIGKILL)
        sys.exit(f"the pipeline did not end within {PATIENCE:g} s of the signal")


def main() -> None:
    """Interrupt as often as asked, and compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", nargs="?", type=int, default=24)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    draw = random.Random(asked.seed)
    kinds = [*KINDS] * (asked.count // len(KINDS) + 1)
    draw.shuffle(kinds)
    with tempfile.TemporaryDirectory(prefix="nstbench-soak-") as name:
        calm, disturbed = Path(name) / "calm", Path(name) / "disturbed"
        began = time.monotonic()
        assert start(calm).wait() == 0, calm.with_suffix(".log").read_text()
        whole, wanted = time.monotonic() - began, made(calm)
        done: Counter[str] = Counter()
        laps = 0
        while done.total() < asked.count:
            pipeline = start(disturbed)
            try:
                # Starting is a good part of it, and is worth an interruption too.
                pipeline.wait(draw.uniform(0, whole))
            except psutil.TimeoutExpired:
                kind = kinds.pop()
                KINDS[kind](pipeline)
                done[kind] += 1
                print(
                    f"{done.total():3} {kind}: exit {end(pipeline)}, {len(made(disturbed))} files", flush=True
                )
                continue
            assert pipeline.wait() == 0 and made(disturbed) == wanted
            shutil.rmtree(disturbed)
            laps += 1
        assert start(disturbed).wait() == 0, disturbed.with_suffix(".log").read_text()
        assert made(disturbed) == wanted
        print(f"{done.total()} interruptions, {laps + 1} times to the end, {len(wanted)} files the same")


if __name__ == "__main__":
    main()
