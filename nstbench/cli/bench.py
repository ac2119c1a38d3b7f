"""Usage: `nstbench bench [--size 256]`."""

import sys
from typing import Annotated

import typer

from nstbench.cli.output import AsJson, cell, print_json, print_table

EXAMPLES = ("nstbench bench --size 512",)


def bench(
    size: Annotated[int, typer.Option(help="Side of the square pictures in pixels.")] = 256,
    as_json: AsJson = False,
) -> None:
    """Time the engine, in fp32 and bf16, against a plain fp32 textbook loop on the same network."""
    from nstbench.pipeline.timing.engine import BLOCKS, UnequalWorkError, benchmark, check_equal_work

    rows = benchmark(size, BLOCKS)
    if as_json:
        print_json(rows)
    else:
        print_table(list(rows[0]), [[cell(value) for value in row.values()] for row in rows])
    try:
        check_equal_work(rows)
    except UnequalWorkError as error:
        print(f"nstbench: {error}", file=sys.stderr)
        raise typer.Exit(1) from error
