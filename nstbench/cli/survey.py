"""Usage: `nstbench survey -o survey.html`."""

import os
from pathlib import Path
from typing import Annotated

import typer

from nstbench.cli.options import Results
from nstbench.cli.output import say
from nstbench.cli.requirements import checkout
from nstbench.core.errors import InputError
from nstbench.report.survey.mode import MOST_QUESTIONS, USUAL_PAIRS, Mode

EXAMPLES = (
    "nstbench survey -o survey.html",
    "nstbench survey -o survey.html --experiment jain-fig10 --mode choice --arm original --arm improved",
    "nstbench survey -o survey.html --pictures pictures.csv",
)

Out = Annotated[Path, typer.Option("--out", "-o", help="Where to write the page; its key goes beside it.")]
ExperimentId = Annotated[
    str | None,
    typer.Option(
        help="Whose finished runs are shown.", show_default="the benchmark, or the one with most pairs"
    ),
]
Arms = Annotated[
    list[str] | None,
    typer.Option(
        "--arm", help="An arm to show; may be given several times.", show_default="all; one of each method"
    ),
]
Pictures = Annotated[
    Path | None,
    typer.Option(help="Show these instead: a CSV file with the columns arm, content, style, result."),
]


Pairs = Annotated[
    int | None,
    typer.Option(
        min=1,
        help="How many pairs of content and style.",
        show_default=f"{USUAL_PAIRS}, or so many that there are at most {MOST_QUESTIONS} questions",
    ),
]


def survey(
    out: Out,
    experiment: ExperimentId = None,
    arm: Arms = None,
    pictures: Pictures = None,
    pairs: Pairs = None,
    mode: Annotated[Mode, typer.Option(help="Rate one result, or choose between two arms'.")] = Mode.RATING,
    seed: Annotated[int, typer.Option(min=0, help="Seed of pairs, names and orders.")] = 0,
    results: Results = Path("results"),
) -> None:
    """Write a page that asks people how well a style is carried over, and does not say by what."""
    if pictures is not None and experiment is not None:
        raise InputError("--experiment and --pictures exclude each other; give one of them")
    if pictures is None:
        checkout()
    from nstbench.core.files import check_writable
    from nstbench.core.number_format import counted
    from nstbench.pipeline.benchmark.contest import ID
    from nstbench.pipeline.recorded_profile import project_of
    from nstbench.report.survey.candidates import of_benchmark, of_project, of_table
    from nstbench.report.survey.design import draw_design
    from nstbench.report.survey.page import write_survey

    check_writable(out)
    if pictures is None:
        project = project_of(results, checkout(), os.environ.get("PROFILE"))
        benchmarked = of_benchmark(project, results) if experiment in (None, ID) else None
        collection = benchmarked or of_project(project, results, experiment, arm or [])
    else:
        collection = of_table(pictures)
    design = draw_design(collection, arm or [], pairs, mode, seed)
    key = write_survey(design, mode, seed, collection.experiment, out)
    questions = counted(len(design.sheets[0]), "question")
    say(f"wrote {out}: {questions}, {out.stat().st_size / 1e6:.1f} MB, from {collection.title}")
    say(f"wrote {key}: tells which arm made which result; keep it from participants")
