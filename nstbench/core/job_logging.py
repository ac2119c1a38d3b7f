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
    """Send everything printed to `file`; bad input ends the job with one line there and status 2, and
    any other error with its traceback.

    The last line of a finished job says how many seconds the block took: its computing, without the start
    of Python and the imports.
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
    """What the last line of a job's log says; 0 for a job that did not finish."""
    *_, last = ["", *file.read_text(encoding="utf-8").splitlines()]
    return float(last.removeprefix(COMPUTED).removesuffix("s")) if last.startswith(COMPUTED) else 0.0
