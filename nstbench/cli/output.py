"""What commands print: tables for people, JSON for programs, and what --quiet leaves out."""

import json
import logging
import os
from collections.abc import Sequence
from typing import Annotated, Any, TypeAlias

import typer

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
