"""Usage: `nstbench list [methods|experiments|backbones|networks|metrics]`."""

import sys
from dataclasses import asdict
from enum import StrEnum
from typing import Annotated

import typer

from nstbench.cli.output import AsJson, Row, cell, print_json, print_table
from nstbench.cli.requirements import checkout
from nstbench.core.errors import InputError

EXAMPLES = ("nstbench list", "nstbench list methods", "nstbench list backbones --time")

TIMED_SIZE = 256


class Kind(StrEnum):
    """What can be listed."""

    METHODS = "methods"
    EXPERIMENTS = "experiments"
    BACKBONES = "backbones"
    NETWORKS = "networks"
    METRICS = "metrics"


def list_things(
    kind: Annotated[Kind | None, typer.Argument(help="What to list; everything when left out.")] = None,
    as_json: AsJson = False,
    time: Annotated[
        bool, typer.Option("--time", help="Time an evaluation with each backbone at 256 px.")
    ] = False,
) -> None:
    """List methods, experiments, backbones, networks and metrics."""
    rows: dict[Kind, list[Row]] = {}
    for each in [kind] if kind else Kind:
        if each is Kind.EXPERIMENTS and not kind:  # All else is listed without a checkout.
            try:
                checkout()
            except InputError as error:
                print(f"nstbench: {each.value}: {error}", file=sys.stderr)
                continue
        rows[each] = LISTERS[each]()
    if time:
        from nstbench.pipeline.timing.race import seconds_per_evaluation

        for backbone in rows.get(Kind.BACKBONES, []):
            for weights in backbone["weights"]:
                if weights["file"]:  # Of the weights, those that are on this machine.
                    seconds = seconds_per_evaluation(backbone["id"], weights["source"], TIMED_SIZE)
                    weights["seconds_per_evaluation"] = seconds
    if as_json:
        print_json([row if kind else {"kind": k, **row} for k in rows for row in rows[k]])
        return
    for each, found in rows.items():
        lines = found
        if each is Kind.BACKBONES:  # People read a line for each network and its weights.
            lines = [
                _weights_line(backbone, weights) for backbone in found for weights in backbone["weights"]
            ]
        print(f"{each.value}:")
        print_table(list(lines[0]), [[cell(value) for value in line.values()] for line in lines])
        print()


def _weights_line(backbone: Row, weights: Row) -> Row:
    origin, seconds = weights["file"], weights["seconds_per_evaluation"]
    if weights["source"] == "embedded":
        origin = "this package"
    return {
        "id": backbone["id"],
        "weights": weights["source"],
        "from": str(origin or f"not here: {weights['published']}"),
        "parameters": f"{weights['parameters'] / 1e6:.1f} M",
        "MB": f"{weights['megabytes']:.1f}" if weights["megabytes"] else "-",
        "layers": len(backbone["layers"]),
        "stride": backbone["layers"][-1]["stride"],
        f"s/evaluation, {TIMED_SIZE} px": "-" if seconds is None else f"{seconds:.3f}",
    }


def _methods() -> list[Row]:
    from nstbench.methods import methods

    return [
        {"id": m.id, "title": m.title, "source": m.source, "presets": list(m.presets)}
        for m in methods().values()
    ]


def _experiments() -> list[Row]:
    from nstbench.pipeline.project import Project

    return [
        {"id": e.id, "title": e.title, "row": e.source.row, "figure": e.source.figure, "arms": len(e.arms)}
        for e in Project.load(checkout()).experiments.values()
    ]


def _backbones() -> list[Row]:
    from nstbench.networks.catalogue import ARCHITECTURES
    from nstbench.networks.inventory import known_weights, layer_table

    return [
        {
            "id": architecture.id,
            "title": architecture.title,
            "layers": [asdict(row) for row in layer_table(architecture)],
            "weights": [
                asdict(row) | {"seconds_per_evaluation": None} for row in known_weights(architecture)
            ],
        }
        for architecture in ARCHITECTURES.values()
    ]


def _networks() -> list[Row]:
    from nstbench.networks.feedforward.inventory import read_card, shipped_networks

    rows = []
    for name, file in shipped_networks().items():
        card = read_card(file)
        # A decoder has learned no style in particular, and so has no name of one.
        style = card.get("style", {}).get("name", "any")
        facts = {key: card[key] for key in ("kind", "width", "backbone", "steps")}
        rows.append({"id": name, "style": style, **facts})
    return rows


def _metrics() -> list[Row]:
    from nstbench.metrics import metrics

    return [{"id": m.id, "title": m.title, "better": m.better} for m in metrics().values()]


LISTERS = {
    Kind.METHODS: _methods,
    Kind.EXPERIMENTS: _experiments,
    Kind.BACKBONES: _backbones,
    Kind.NETWORKS: _networks,
    Kind.METRICS: _metrics,
}
