"""Tables for people: framed on a terminal, plain aligned columns in a log."""

from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table

LOG_WIDTH = 200


def print_table(columns: Sequence[str], rows: Sequence[Sequence[str]], marked: Sequence[bool] = ()) -> None:
    """Print `rows` to stdout; those `marked` are red where there are colours."""
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
