"""What commands print: tables for people, JSON for programs, and what --quiet leaves out."""

import json
import logging
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from nstbench.core.progress import SECONDS_BETWEEN_LINES

if TYPE_CHECKING:
    from rich.progress import TaskID

# An object of what `--json` prints.
Row: TypeAlias = dict[str, Any]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]

LOG_WIDTH = 200


def print_table(columns: Sequence[str], rows: Sequence[Sequence[str]], marked: Sequence[bool] = ()) -> None:
    """Print `rows`, framed on a terminal, as plain aligned columns in a log; those `marked` are red."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    console = Console()
    if not console.is_terminal:
        console = Console(width=LOG_WIDTH)
    table = Table(box=box.SIMPLE_HEAD if console.is_terminal else None, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for position, row in enumerate(rows):
        red = position < len(marked) and marked[position]
        table.add_row(*row, style="bold red" if red else None)
    console.print(table)


def print_json(content: object) -> None:
    """Print `content` as strict JSON."""
    print(json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False, default=os.fspath))


def cell(value: object) -> str:
    """Write a value of a row as people do: lists with commas, a dash for what is not there."""
    match value:
        case None | "":
            return "-"
        case list() | tuple():
            return ", ".join(map(cell, value))
        case float():
            return f"{value:.4g}"
    return str(value)


def say(sentence: str) -> None:
    """Print what was done, unless --quiet was given."""
    if logging.getLogger("nstbench").isEnabledFor(logging.WARNING):
        print(sentence)


@contextmanager
def counting() -> Iterator[Callable[[str, int, int], None]]:
    """Show on stderr how much of each stage of some work is done, unless --quiet was given.

    What it yields is called with a stage, what is done of it and how much there is. On a terminal it moves a
    bar for each stage, elsewhere it prints a line every ten seconds and at the end of each stage.
    """
    if not logging.getLogger("nstbench").isEnabledFor(logging.WARNING):
        yield lambda stage, done, total: None
    elif sys.stderr.isatty():
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
        bars: dict[str, TaskID] = {}
        with Progress(*columns, console=Console(file=sys.stderr), transient=True) as shown:

            def move(stage: str, done: int, total: int) -> None:
                if stage not in bars:
                    bars[stage] = shown.add_task(stage, total=total)
                shown.update(bars[stage], completed=done)

            yield move
    else:
        last_line = -SECONDS_BETWEEN_LINES

        def say_now_and_then(stage: str, done: int, total: int) -> None:
            nonlocal last_line
            if done == total or time.monotonic() - last_line >= SECONDS_BETWEEN_LINES:
                last_line = time.monotonic()
                print(f"{stage}: {done} of {total}", file=sys.stderr, flush=True)

        yield say_now_and_then
