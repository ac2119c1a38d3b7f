"""The log of one job of the pipeline."""

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

    The last line of a finished job says how many seconds the block took: its computing, without the start of
    Python and the imports. An error ends up in the file with its traceback.

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
    started = time.perf_counter()
    with Path(file).open("w", encoding="utf-8") as log, redirect_stdout(log), redirect_stderr(log):
        try:
            yield
        except InputError as error:
            print(f"nstbench: {error}", file=log)
            sys.exit(2)
        except Exception:
            traceback.print_exc()
            raise
        print(f"{COMPUTED} {time.perf_counter() - started:.2f} s", file=log)


def seconds_computed(file: Path) -> float:
    """Read how long a job computed.

    Parameters
    ----------
    file : Path
        The job's log.

    Returns
    -------
    float
        Seconds, from the log's last line; 0 for a job that did not finish.
    """
    return float(_last_line(file).removeprefix(COMPUTED).removesuffix("s")) if is_finished(file) else 0.0


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
