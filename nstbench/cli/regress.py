"""Usage: `nstbench regress [--update]`."""

import math
import sys
from typing import TYPE_CHECKING, Annotated

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
        table = compare(reference, measured, regression)
        # What the new reference says differently: losses changed, new (no before) or gone (no after).
        changed = table[table.before != table.after]
        new, gone = int(changed.before.isna().sum()), int(changed.after.isna().sum())
        moved = len(changed) - new - gone
        _show(changed, as_json)
        _say(
            f"wrote results/reference/losses.csv: {moved} losses changed, {changed.breach.sum()} of them "
            f"beyond their tolerance, {new} new, {gone} gone, {len(table) - len(changed)} as before",
            as_json,
        )
        return
    check_same_losses(reference, measured)
    table = compare(reference, measured, regression)
    _show(table, as_json)
    breached = table[table.breach]
    if breached.empty:
        _say(f"all {len(table)} losses are within tolerance", as_json)
        return
    names = ", ".join(breached.specification.unique())
    _say(f"{len(breached)} of {len(table)} losses are out of tolerance, in {names}", as_json)
    raise typer.Exit(1)


def _show(table: "pd.DataFrame", as_json: bool) -> None:
    rows = table.to_dict("records")
    if as_json:
        # JSON has neither NaN nor Inf.
        print_json(
            [
                {key: None if isinstance(v, float) and not math.isfinite(v) else v for key, v in row.items()}
                for row in rows
            ]
        )
    elif rows:
        cells = [
            [
                row["specification"],
                str(row["evaluation"]),
                row["loss"],
                f"{row['before']:.7g}",
                f"{row['after']:.7g}",
                f"{row['ratio']:.6f}",
                f"{row['tolerance']:g}",
                "BREACH" if row["breach"] else "",
            ]
            for row in rows
        ]
        print_table(COLUMNS, cells, list(table.breach))


def _say(sentence: str, as_json: bool) -> None:
    """The last line; beside JSON it goes to stderr."""
    print(sentence, file=sys.stderr if as_json else sys.stdout)
