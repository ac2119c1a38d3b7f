"""Usage: `nstbench benchmark [--quick] [--methods gatys2015,adain2017]`."""

import math
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nstbench.cli.options import Results
from nstbench.cli.output import AsJson, cell, counting, print_json, print_table, say
from nstbench.cli.requirements import checkout

if TYPE_CHECKING:
    from nstbench.pipeline.benchmark.contest import Contest
    from nstbench.pipeline.benchmark.records import Entry, Ranking
    from nstbench.pipeline.project import Project

EXAMPLES = (
    "nstbench benchmark --quick",
    "nstbench benchmark --methods adain2017,gatys2015/default",
    "nstbench benchmark --json > ranking.json",
)
# Of the table: the fronts' measures and what they cost. The file has all.
SHOWN = (
    "TRADE",
    "PEOPLE",
    "C_lite",
    "S_lite",
    "COH",
    "EFF_lite",
    "SSIM",
    "SWD",
    "LABEL",
    "HF",
    "seconds",
    "memory",
)
# Pairs of measures that the table's foot names.
MOST_CONTRADICTIONS = 3

Cores = Annotated[int | None, typer.Option(min=1, help="Processes.", show_default="all cores")]
Quick = Annotated[bool, typer.Option("--quick", help="Four pairs and few evaluations: minutes.")]
Methods = Annotated[str | None, typer.Option(help="Methods, or method/preset, with commas between them.")]


def benchmark(
    quick: Quick = False,
    methods: Methods = None,
    results: Results = Path("results"),
    cores: Cores = None,
    as_json: AsJson = False,
) -> None:
    """Rank every method on the same pairs; goes on where it was interrupted."""
    root = checkout()
    from nstbench.pipeline.benchmark.configuration import QUICK, WHOLE
    from nstbench.pipeline.benchmark.contest import chosen, contest
    from nstbench.pipeline.benchmark.records import ranking_file, write_ranking
    from nstbench.pipeline.project import Project

    project = Project.load(root)
    scope = QUICK if quick else WHOLE
    entered = contest(project.benchmark, scope, project.profile, project.manifest)
    if methods:
        entered = chosen(entered, methods.split(","))
    try:
        ranking = _made(project, entered, results, cores, with_peers=methods is None)
    except KeyboardInterrupt:
        typer.echo("nstbench: interrupted; the same command goes on where it stopped", err=True)
        raise typer.Exit(130) from None
    write_ranking(ranking, results)
    from nstbench.charts.ranking import draw_ranking

    draw_ranking(ranking, results)
    if as_json:
        print_json(ranking.model_dump(mode="json"))
        return
    _show(ranking)
    say(f"wrote {ranking_file(results, '.csv')}, .json, .svg and .png")


def _made(
    project: "Project", entered: "Contest", results: Path, cores: int | None, with_peers: bool
) -> "Ranking":
    """Make what is missing, and rank it all."""
    from nstbench.core.hardware import resolve
    from nstbench.pipeline.benchmark import making
    from nstbench.pipeline.benchmark.ranking import rank
    from nstbench.pipeline.peers import make_peers

    processes = cores or os.cpu_count() or 1
    if resolve(precision=project.profile.precision).device.type != "cpu":
        processes = 1  # A GPU is full with one.
    names = {name for entry in entered.planned for name in entry.pictures}
    making.make_pictures(sorted(names), project.manifest, results / "pictures")
    competitors, judges = project.benchmark.competitors, project.profile.judges
    with counting() as report:
        making.make_runs(entered, results, processes, report)
        problems = make_peers(entered, competitors if with_peers else (), project.root, results, report)
        scores = making.make_scores(entered, competitors, results, judges, processes, report)
        memory = making.measure_memory(entered, results, processes, report)
    for problem in problems:
        typer.echo(f"nstbench: {problem}", err=True)
    return rank(entered, project.benchmark, project.profile, project.manifest, scores, memory, results)


def _show(ranking: "Ranking") -> None:
    """A line for each entry, the best by TRADE first; what is not told apart shares a place."""
    measures = [measure for measure in ranking.measures if measure.id in SHOWN]
    arrows = {"lower": "↓", "higher": "↑"}

    def order(entry: "Entry") -> float:
        value = ranking.row(entry, "TRADE").value
        return math.inf if value is None else value

    lines = []
    for entry in sorted(ranking.entries, key=order):
        rows = [ranking.row(entry, measure.id) for measure in measures]
        first = ranking.row(entry, "TRADE")
        interval = "-" if first.low is None else f"{first.low:.2f} to {first.high:.2f}"
        lines.append([str(first.place or "-"), entry.name, interval, *(cell(row.value) for row in rows)])
    columns = [f"{measure.id} {arrows[measure.better]}" for measure in measures]
    print_table(("place", "entry", "TRADE 95 %", *columns), lines)
    placing = next(placing for placing in ranking.placings if placing.measure == "TRADE")
    decided = f"Friedman's p is {placing.p:.2g}" if placing.p is not None else "too few to test"
    print(
        f"{len(ranking.entries)} entries on {len(ranking.pairs)} pairs at {ranking.size} px, "
        f"{ranking.evaluations} evaluations where there is a descent; places are by TRADE ({decided}). "
        f"{ranking.pictures}"
    )
    for front in ranking.fronts:
        best = ", ".join(
            f"{point.method} {point.preset}" + (f" x {point.strength:g}" if point.strength != 1 else "")
            for point in sorted(front.points, key=lambda point: point.x)
            if point.on_front
        )
        print(f"{front.title}, on the front: {best}")
    known = [agreement for agreement in ranking.agreement if agreement.rho is not None]
    for agreement in sorted(known, key=lambda each: each.rho or 0.0)[:MOST_CONTRADICTIONS]:
        print(f"{agreement.one} and {agreement.other} disagree: rank correlation {agreement.rho:.2f}")
    for measure in ranking.measures:
        if measure.reason:
            print(f"{measure.id}: {measure.reason}")
