"""The log of one job of the pipeline."""

import re
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path

from nstbench.core.errors import InputError

COMPUTED = "computed for"


@contextmanager
def job_log(file: str) -> Iterator[None]:
    """Send everything that a job prints to a file.

    The last line of a finished job says how many seconds the block took, and how many of a core: its
    computing, without the start of Python and the imports. An error ends up in the file with its traceback.

    Parameters
    ----------
    file : str
        The log; an existing one is replaced.

    Yields
    ------
    None
        While the job runs.

    Raises
    ------
    SystemExit
        With status 2 for bad input (`InputError`), of which the log has one line.
    """
    started, computed = time.perf_counter(), time.process_time()
    with Path(file).open("w", encoding="utf-8") as log, redirect_stdout(log), redirect_stderr(log):
        try:
            yield
        except InputError as error:
            print(f"nstbench: {error}", file=log)
            sys.exit(2)
        except Exception:
            traceback.print_exc()
            raise
        seconds, of_cores = time.perf_counter() - started, time.process_time() - computed
        print(f"{COMPUTED} {seconds:.2f} s, {of_cores:.2f} s of a core", file=log)


def seconds_computed(file: Path) -> tuple[float, float]:
    """Read how long a job computed.

    Parameters
    ----------
    file : Path
        The job's log.

    Returns
    -------
    tuple of float
        Seconds, and seconds of a core, from the log's last line; 0 for a job that did not finish.
    """
    if not is_finished(file):
        return 0.0, 0.0
    seconds, of_cores = re.findall(r"[\d.]+", _last_line(file))
    return float(seconds), float(of_cores)


def is_finished(file: Path) -> bool:
    """Find out whether the job came to its end.

    Parameters
    ----------
    file : Path
        The job's log.

    Returns
    -------
    bool
        False for one that failed or was killed.
    """
    return _last_line(file).startswith(COMPUTED)


def _last_line(file: Path) -> str:
    return ["", *file.read_text(encoding="utf-8", errors="replace").splitlines()][-1]
