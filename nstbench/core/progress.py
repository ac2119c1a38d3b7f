"""Progress of long work: a bar on a terminal, a plain line now and then in a log."""

import logging
import math
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, SupportsFloat, TextIO

if TYPE_CHECKING:
    from rich.progress import Progress

# Called with how much is done and the loss, which stays on its device until it is shown.
Watch = Callable[[int, SupportsFloat], None]

SECONDS_BETWEEN_LINES = 10.0


@contextmanager
def progress(title: str, total: int) -> Iterator[Watch]:
    """Show on stderr how much of some long work is done.

    Nothing is shown where the logger `nstbench` is set to show errors only.

    Parameters
    ----------
    title : str
        What is being done.
    total : int
        The number of steps.

    Yields
    ------
    Watch
        To be called with the number of steps done and the loss. On a terminal it moves a bar; elsewhere it
        prints a line every ten seconds and at the end.
    """
    stream = sys.stderr
    if not logging.getLogger("nstbench").isEnabledFor(logging.WARNING):
        yield lambda done, loss: None
    elif stream.isatty():
        with _bar(title, total, stream) as moving:
            yield moving
    else:
        last_line = time.monotonic()

        def watch(done: int, loss: SupportsFloat) -> None:
            nonlocal last_line
            now = time.monotonic()
            if done == total or now - last_line >= SECONDS_BETWEEN_LINES:
                last_line = now
                print(f"{title}: {done}/{total}{_named(loss)}", file=stream, flush=True)

        yield watch


# The display on the terminal, once for each of its bars: those of descents side by side share it.
_SHOWN: "list[Progress]" = []


@contextmanager
def _bar(title: str, total: int, stream: TextIO) -> Iterator[Watch]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[loss]}"),
        TimeRemainingColumn(),
    )
    bars = _SHOWN[0] if _SHOWN else Progress(*columns, console=Console(file=stream))
    _SHOWN.append(bars)
    bars.start()
    task = bars.add_task(title, total=total, loss="")

    def watch(done: int, loss: SupportsFloat) -> None:
        bars.update(task, completed=done, loss=_named(loss).strip())

    try:
        yield watch
    finally:
        _SHOWN.pop()
        if not _SHOWN:
            bars.stop()


def _named(loss: SupportsFloat) -> str:
    """A loss with its name; nothing for NaN, which what has no loss reports."""
    return "" if math.isnan(float(loss)) else f" loss {float(loss):.3e}"
