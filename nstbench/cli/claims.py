"""nstbench claims"""

import json
from collections import Counter
from pathlib import Path
from typing import Annotated, Any

import typer

from nstbench.cli.requirements import checkout
from nstbench.cli.table import print_table

Row = dict[str, Any]
Results = Annotated[Path, typer.Option(help="The folder with the pipeline's results.")]
ProfileName = Annotated[
    str | None,
    typer.Option(
        "--profile", envvar="PROFILE", help="The profile that made them.", show_default="that of config.yaml"
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print a list of objects with `id`.")]


def claims(results: Results = Path("results"), profile: ProfileName = None, as_json: AsJson = False) -> None:
    """Say what became of every claim of the documents: verdict, numbers, reason."""
    root = checkout()
    from nstbench.claims.report import report
    from nstbench.pipeline.project import Project

    rows = report(Project.load(root, profile), results).claims
    if as_json:
        print(json.dumps(rows, indent=2, ensure_ascii=False, allow_nan=False))
        return
    print_table(
        ("claim", "verdict", "n", "estimate", "reason"),
        [(row["id"], row["verdict"], str(row["n_pairs"]), _estimate(row), row["reason"]) for row in rows],
    )
    counts = Counter(row["verdict"] for row in rows)
    print(
        f"{len(rows)} claims: " + ", ".join(f"{count} {verdict}" for verdict, count in counts.most_common())
    )


def _estimate(row: Row) -> str:
    """The first test's median with its interval, in its unit."""
    from nstbench.core.number_format import MISSING

    if row["estimate"] is None:
        return MISSING
    ends = " to ".join(f"{end:.2f}" for end in row["interval"] or [])
    return f"{row['estimate']:.2f}{f' ({ends})' if ends else ''} {row['unit']}"
