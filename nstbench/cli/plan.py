"""Usage: `nstbench plan`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nstbench.cli.output import AsJson, print_json, print_table
from nstbench.cli.requirements import checkout

if TYPE_CHECKING:
    import pandas as pd

EXAMPLES = (
    "nstbench plan --profile decisive",
    "nstbench plan --profile decisive --measured results --arms",
)


def plan(
    profile: Annotated[
        str | None, typer.Option("--profile", envvar="PROFILE", help="The profile.", show_default="default")
    ] = None,
    measured: Annotated[
        list[Path] | None,
        typer.Option(help="Finished results, whose runs say how long an evaluation takes; may be repeated."),
    ] = None,
    arms: Annotated[bool, typer.Option("--arms", help="A row for each arm.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say what a profile makes and how long that takes, and which runs no claim and no figure reads."""
    root = checkout()
    from nstbench.claims.reading import cost_table
    from nstbench.pipeline.cost import measured_speeds
    from nstbench.pipeline.project import Project

    table = cost_table(Project.load(root, profile), measured_speeds(measured or [Path("results")]))
    table["unread"] = ~table["figure"] & (table["claims"] == 0)
    if as_json:
        print_json(table.astype(object).where(table.notna(), None).to_dict("records"))
        return
    keys = ["experiment", "arm"] if arms else ["experiment"]
    rows = [
        (*map(str, names if isinstance(names, tuple) else (names,)), *_figures(own))
        for names, own in table.groupby(keys, sort=False)
    ]
    columns = ("runs", "evaluations", "hours", "runs not read", "hours not read", "arms that no claim reads")
    print_table((*keys, *columns), rows)
    runs, evaluations, hours, unread, unread_hours, _ = _figures(table)
    print(
        f"{runs} runs, {evaluations} evaluations, {hours} hours of a core; "
        f"of these no claim and no figure reads {unread} runs, {unread_hours} hours"
    )
    if unknown := int(table["seconds"].isna().sum()):
        print(f"not in the hours: {unknown} runs of whose kind --measured has none that is finished")


def _figures(runs: "pd.DataFrame") -> tuple[str, ...]:
    unread = runs[runs["unread"]]
    claims = runs.groupby("arm", sort=False)["claims"].sum()
    return (
        f"{len(runs):,}",
        f"{runs['evaluations'].sum():,}",
        f"{runs['seconds'].sum() / 3600:.2f}",
        f"{len(unread):,}",
        f"{unread['seconds'].sum() / 3600:.2f}",
        ", ".join(claims.index[claims == 0]),
    )
