"""nstbench bench [--size 256]"""

import json
import sys
from typing import Annotated, Any

import typer


def bench(
    size: Annotated[int, typer.Option(help="Side of the square pictures in pixels.")] = 256,
    as_json: Annotated[bool, typer.Option("--json", help="Print a list of rows.")] = False,
) -> None:
    """Time the engine, in fp32 and bf16, against a plain fp32 textbook loop on the same network."""
    from nstbench.pipeline.timing.engine import UnequalWorkError, benchmark, check_equal_work

    rows = benchmark(size)
    if as_json:
        print(json.dumps(rows, indent=2))
    else:
        _print(rows)
    try:
        check_equal_work(rows)
    except UnequalWorkError as error:
        print(f"nstbench: {error}", file=sys.stderr)
        raise typer.Exit(1) from error


def _print(rows: list[dict[str, Any]]) -> None:
    from nstbench.cli.table import print_table

    print_table(list(rows[0]), [[_cell(value) for value in row.values()] for row in rows])


def _cell(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
