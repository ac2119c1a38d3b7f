"""nstbench list [methods|experiments|backbones|metrics]"""

import json
from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

Row = dict[str, Any]


class Kind(StrEnum):
    """What can be listed."""

    METHODS = "methods"
    EXPERIMENTS = "experiments"
    BACKBONES = "backbones"
    METRICS = "metrics"


def list_things(
    kind: Annotated[Kind | None, typer.Argument(help="What to list; everything when left out.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a list of objects with `id`.")] = False,
) -> None:
    """List what this suite knows."""
    kinds = [kind] if kind else list(Kind)
    rows = {kind: LISTERS[kind]() for kind in kinds}
    if as_json:
        print(json.dumps([row if kind else {"kind": k, **row} for k in kinds for row in rows[k]], indent=2))
        return
    for each in kinds:
        _print_table(each, rows[each])


def _print_table(kind: Kind, rows: list[Row]) -> None:
    table = Table(title=kind.value, title_justify="left", title_style="bold")
    for column in rows[0]:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(str(value) for value in row.values()))
    Console().print(table)


def _methods() -> list[Row]:
    from nstbench.methods import methods

    return [
        {"id": m.id, "title": m.title, "source": m.source, "parameter_sets": list(m.sets)}
        for m in methods().values()
    ]


def _experiments() -> list[Row]:
    from nstbench.experiments.project import CHECKOUT, Project

    return [
        {"id": e.id, "title": e.title, "row": e.source.row, "figure": e.source.figure, "arms": len(e.arms)}
        for e in Project.load(CHECKOUT).experiments.values()
    ]


def _backbones() -> list[Row]:
    from nstbench.backbones.catalogue import ARCHITECTURES
    from nstbench.backbones.embedded import embedded_files

    embedded = {file.stem: f"{file.stat().st_size / 1e6:.1f} MB" for file in embedded_files()}
    return [
        {"id": a.id, "title": a.title, "layers": len(a.layers), "embedded": embedded.get(a.id, "no")}
        for a in ARCHITECTURES.values()
    ]


def _metrics() -> list[Row]:
    from nstbench.metrics import metrics

    return [{"id": m.id, "title": m.title, "better": m.better} for m in metrics().values()]


LISTERS = {
    Kind.METHODS: _methods,
    Kind.EXPERIMENTS: _experiments,
    Kind.BACKBONES: _backbones,
    Kind.METRICS: _metrics,
}
