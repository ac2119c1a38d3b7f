"""Usage: `nstbench regress [--update]`."""

import math
import sys
from collections.abc import Hashable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nstbench.cli.output import AsJson, print_json, print_table
from nstbench.cli.requirements import checkout

if TYPE_CHECKING:
    import pandas as pd

EXAMPLES = ("nstbench regress", "nstbench regress --update")

COLUMNS = ("specification", "evaluation", "loss", "before", "after", "ratio", "tolerance", "")


def regress(
    update: Annotated[bool, typer.Option("--update", help="Make the losses of now the reference.")] = False,
    as_json: AsJson = False,
) -> None:
    """Hold the losses of the pinned runs against results/reference; exit status 1 when one has changed."""
    root = checkout()
    from nstbench.images.manifest import load_manifest
    from nstbench.pipeline.pinned_losses.reference import (
        check_same_losses,
        compare,
        no_reference,
        read_reference,
        write_reference,
    )
    from nstbench.pipeline.pinned_losses.running import measure
    from nstbench.pipeline.pinned_losses.specification import load_regression

    regression = load_regression(root / "config" / "regression.yaml")
    manifest = load_manifest(root / "data" / "images.yaml")
    file = root / "results" / "reference" / "losses.csv"
    reference = no_reference() if update and not file.exists() else read_reference(file)
    measured = measure(regression, manifest)
    if update:
        write_reference(measured, file)
        _report_update(compare(reference, measured, regression), as_json)
        return
    check_same_losses(reference, measured)
    table = compare(reference, measured, regression)
    _show(table, as_json)
    _say(_verdict(table), as_json)
    raise typer.Exit(int(table.breach.any()))


def _verdict(table: "pd.DataFrame") -> str:
    breached = table[table.breach]
    if breached.empty:
        return f"all {len(table)} losses are within tolerance"
    names = ", ".join(breached.specification.unique())
    return f"{len(breached)} of {len(table)} losses are out of tolerance, in {names}"


def _report_update(table: "pd.DataFrame", as_json: bool) -> None:
    """Show what the new reference says differently: losses changed, new (no before) or gone (no after)."""
    changed = table[table.before != table.after]
    new, gone = int(changed.before.isna().sum()), int(changed.after.isna().sum())
    moved = len(changed) - new - gone
    _show(changed, as_json)
    _say(
        f"wrote results/reference/losses.csv: {moved} losses changed, {changed.breach.sum()} of them beyond "
        f"their tolerance, {new} new, {gone} gone, {len(table) - len(changed)} as before",
        as_json,
    )


def _show(table: "pd.DataFrame", as_json: bool) -> None:
    rows = table.to_dict("records")
    if as_json:
        print_json([{name: _or_none(value) for name, value in row.items()} for row in rows])
    elif rows:
        print_table(COLUMNS, [_cells(row) for row in rows], list(table.breach))


def _say(sentence: str, as_json: bool) -> None:
    """The last line; beside JSON it goes to stderr."""
    print(sentence, file=sys.stderr if as_json else sys.stdout)


def _or_none(value: object) -> object:
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _cells(row: dict[Hashable, Any]) -> list[str]:
    return [
        row["specification"],
        str(row["evaluation"]),
        row["loss"],
        f"{row['before']:.7g}",
        f"{row['after']:.7g}",
        f"{row['ratio']:.6f}",
        f"{row['tolerance']:g}",
        "BREACH" if row["breach"] else "",
    ]
