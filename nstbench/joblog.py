"""The log of one job of the pipeline."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path

from nstbench.errors import InputError


@contextmanager
def job_log(file: str) -> Iterator[None]:
    """Send everything printed to `file`; bad input ends the job with one line there and status 2."""
    with Path(file).open("w", encoding="utf-8") as log, redirect_stdout(log), redirect_stderr(log):
        try:
            yield
        except InputError as error:
            print(f"nstbench: {error}", file=log)
            sys.exit(2)
