"""Programs by others, run by their own commands on the pairs of the benchmark.

Each runs in a process of its own with files in a folder of its own; what it writes is checked, and lies where
the benchmark looks for it. One that fails is told in a line, and takes no part on that pair.
"""

import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from PIL import Image

from nstbench.core.errors import InputError
from nstbench.core.files import write_text
from nstbench.images.pictures import load_picture, save_picture
from nstbench.images.reading import read_picture
from nstbench.pipeline.benchmark.configuration import Competitor
from nstbench.pipeline.benchmark.contest import Contest
from nstbench.pipeline.benchmark.ranking import competing_pairs
from nstbench.pipeline.benchmark.records import PeerResult, peer_picture
from nstbench.pipeline.experiment import Pair

# Where `make peers` installs them, below the checkout.
ENVIRONMENT = Path("build") / "peers" / ".venv"
# Seconds that a program may take for a picture.
PATIENCE = 1800.0
# Characters of what a program says that a message repeats.
MOST_SAID = 200
# Run by the Python beside a program: the distribution that brings it, its version and its licence.
DESCRIPTION = """
import sys
from importlib.metadata import distributions
for found in distributions():
    if any(each.name == sys.argv[1] for each in found.entry_points):
        said = found.metadata
        licence = said["License-Expression"] or said["License"] or "licence unknown"
        print(said["Name"], found.version + ",", licence)
        break
else:
    print("version and licence unknown")
"""


def make_peers(
    contest: Contest,
    competitors: Iterable[Competitor],
    root: Path,
    results: Path,
    report: Callable[[str, int, int], None],
    patience: float = PATIENCE,
) -> list[str]:
    """Make the pictures of competitors that are not there; a line for each program that fails.

    A program that has failed on a pair is not tried on others, for it would most likely fail there too.
    """
    tasks = [
        (competitor, pair)
        for competitor in competitors
        for pair in competing_pairs(competitor, contest.pairs)
    ]
    problems: dict[str, str] = {}
    for done, (competitor, pair) in enumerate(tasks):
        report("peers", done, len(tasks))
        picture = peer_picture(results, competitor.name, pair.content, pair.style, contest.scope.size)
        if picture.is_file() or competitor.name in problems:
            continue
        try:
            made, seconds, memory = run_peer(competitor, pair, contest.scope.size, root, results, patience)
        except InputError as error:
            problems[competitor.name] = str(error)
            continue
        # The picture last, because it says that all is there.
        program = find_program(shlex.split(competitor.command)[0], root)
        result = PeerResult(seconds=seconds, memory_mb=memory, program=describe(program) if program else "")
        write_text(picture.with_suffix(".json"), result.model_dump_json() + "\n")
        save_picture(made, picture)
    if tasks:
        report("peers", len(tasks), len(tasks))
    return list(problems.values())


def run_peer(
    competitor: Competitor, pair: Pair, size: int, root: Path, results: Path, patience: float
) -> tuple[Image.Image, float, float]:
    """A picture by somebody else's program, the seconds of its process, and its peak of memory in MB.

    It gets content and style as PNG files of `size` x `size` px, cut as for the methods of the suite.
    InputError when it is not there, fails, takes too long, or leaves no picture of that size.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = {}
        for role, shown in (("content", pair.content), ("style", pair.style)):
            files[role] = folder / f"{role}.png"
            save_picture(load_picture(results / "pictures" / f"{shown}.png", size, square=True), files[role])
        output = folder / "output.png"
        values = {**files, "output": output, "size": size}
        if competitor.styles:
            values["style"] = competitor.styles[pair.style]
        command = [part.format(**values) for part in shlex.split(competitor.command)]
        program = find_program(command[0], root)
        if program is None:
            raise InputError(
                f"{competitor.name} takes no part: there is no program {command[0]!r}; install it with "
                "`make peers`, or take it out of config/benchmark.yaml"
            )
        said = folder / "said.txt"
        started = time.perf_counter()
        status, memory = _run([program, *command[1:]], folder, said, patience)
        seconds = time.perf_counter() - started
        words = " ".join(said.read_text(errors="replace").split())[-MOST_SAID:] or "nothing"
        if status is None:
            raise InputError(f"{competitor.name} took longer than {patience:g} s and was ended")
        if status:
            raise InputError(f"{competitor.name} ended with status {status}; it said: {words}")
        if not output.is_file():
            raise InputError(f"{competitor.name} left no picture in {{output}}; it said: {words}")
        picture = read_picture(output)
        if picture.size != (size, size):
            raise InputError(
                f"{competitor.name} left a picture of {picture.width}x{picture.height} px; {size}x{size} is "
                "asked for, as {size} says"
            )
        return picture, round(seconds, 3), memory


def find_program(name: str, root: Path) -> str | None:
    """A program of the peers' environment, of this Python's, or of the system's path; a path is itself."""
    places = (root / ENVIRONMENT / "bin", Path(sys.executable).parent, os.environ.get("PATH", ""))
    return shutil.which(name, path=os.pathsep.join(map(str, places)))


def describe(program: str) -> str:
    """The distribution that a program is from, its version and its licence, as far as its Python knows."""
    command = [str(Path(program).parent / "python"), "-c", DESCRIPTION, Path(program).name]
    try:
        told = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    except (OSError, subprocess.SubprocessError):
        return "version and licence unknown"
    return told.stdout.strip()


def _run(command: list[str], folder: Path, said: Path, patience: float) -> tuple[int | None, float]:
    """The status of a command, None when it had to be ended, and its peak of memory in MB."""
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    with said.open("wb") as log:
        # A session of its own, so that what hangs is ended with all that it has started.
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    alarm = threading.Timer(patience, os.killpg, (process.pid, signal.SIGKILL))
    alarm.start()
    try:
        _, state, usage = os.wait4(process.pid, 0)
    except BaseException:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise
    finally:
        late = not alarm.is_alive()
        alarm.cancel()
    process.returncode = os.waitstatus_to_exitcode(state)
    units_per_mb = 1e6 if sys.platform == "darwin" else 1e3
    return None if late else process.returncode, round(usage.ru_maxrss / units_per_mb, 1)
