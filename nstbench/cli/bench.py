"""Usage: `nstbench bench [--size 256] [--evaluations 500] [--chart bench.svg]`."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from nstbench.cli.output import AsJson, Row, cell, print_json, print_table, say

EXAMPLES = ("nstbench bench --size 512 --json", "nstbench bench --size 96 --evaluations 30 --chart bench.png")

CHARTS = (".svg", ".png", ".pdf")


def bench(
    size: Annotated[int, typer.Option(help="Side of the square pictures in pixels.")] = 256,
    evaluations: Annotated[
        int, typer.Option(help="Of every contestant; pastiche's last loss is what the others are to reach.")
    ] = 500,
    chart: Annotated[Path | None, typer.Option(help=f"Also draw a chart ({', '.join(CHARTS)}).")] = None,
    as_json: AsJson = False,
) -> None:
    """Time the engine against the package pastiche and a plain textbook loop on the original VGG-19."""
    from nstbench.core.errors import InputError
    from nstbench.core.files import check_writable, written_whole
    from nstbench.pipeline.timing.race import UnequalWorkError, benchmark, check_equal_work

    if chart:
        if chart.suffix not in CHARTS:
            raise InputError(f"cannot draw {chart}: allowed formats: {', '.join(CHARTS)}")
        check_writable(chart)
    rows = benchmark(size, evaluations)
    if as_json:
        print_json(rows)
    else:
        _show(rows)
    if chart:
        import pandas as pd

        from nstbench.charts.speed import EngineSpeed
        from nstbench.charts.writing import drawing

        with drawing(EngineSpeed(), pd.DataFrame(rows)) as figure, written_whole(chart) as temporary:
            figure.savefig(temporary, dpi=150)
        if not as_json:
            say(f"wrote {chart}")
    try:
        check_equal_work(rows)
    except UnequalWorkError as error:
        print(f"nstbench: {error}", file=sys.stderr)
        raise typer.Exit(1) from error


def _show(rows: list[Row]) -> None:
    first = rows[0]
    print(
        f"{first['machine']}, {first['threads']} threads, "
        f"torch {first['torch']}, pastiche {first['pastiche']}\n"
        f"loss to reach: {first['quality']:.6g}, pastiche's after {first['evaluations']} evaluations"
    )
    columns = ("", "precision", "px", "s/evaluation", "times as fast as", "evaluations, s to reach")
    print_table(
        columns,
        [
            [
                row["name"],
                row["precision"],
                f"{row['size']}" + (f" x {row['pictures']}" if row["pictures"] > 1 else ""),
                f"{row['seconds']:.4f} ({row['seconds_least']:.4f} to {row['seconds_most']:.4f})",
                f"{row['against']}: {row['ratio']:.2f} ({row['ratio_least']:.2f} to {row['ratio_most']:.2f})",
                f"{cell(row['evaluations_to_quality'])}, {cell(row['seconds_to_quality'])}",
            ]
            for row in rows
        ],
    )
