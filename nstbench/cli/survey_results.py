"""Usage: `nstbench survey-results survey.key.json answers*.json`."""

import math
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nstbench.cli.options import Results
from nstbench.cli.output import AsJson, Row, print_json, print_table
from nstbench.report.survey.mode import Mode

if TYPE_CHECKING:
    from nstbench.report.survey.agreement import Agreement
    from nstbench.report.survey.reading import Returned
    from nstbench.report.survey.results import Estimate

EXAMPLES = (
    "nstbench survey-results survey.key.json answers-*.json",
    "nstbench survey-results survey.key.json answers.csv --table preferred.csv",
)

USUAL_SCORES = Path("results") / "scores.csv"

Files = Annotated[
    list[Path],
    typer.Argument(help="The key and the answers, in any order.", show_default=False),
]
Scores = Annotated[
    Path | None,
    typer.Option(help="Scores of the runs.", show_default=f"{USUAL_SCORES} where it exists"),
]
Table = Annotated[
    Path | None,
    typer.Option(help="Also write a CSV file: method, content, style, answers, value, low, high."),
]


def survey_results(
    files: Files,
    scores: Scores = None,
    table: Table = None,
    results: Results = Path("results"),
    as_json: AsJson = False,
) -> None:
    """Evaluate the answers to a survey: means or shares with 95 % intervals, and how far metrics agree.

    What people say of the benchmark's pictures becomes a column of its ranking.
    """
    from nstbench.core.files import check_writable, write_text
    from nstbench.pipeline.benchmark.contest import ID
    from nstbench.report.survey.reading import read_returned
    from nstbench.report.survey.results import as_table, estimates

    if table:
        check_writable(table)
    returned = read_returned(files)
    for remark in returned.remarks:
        print(f"nstbench: {remark}", file=sys.stderr)
    found = estimates(returned)
    of_benchmark = returned.key.experiment == ID
    agreeing = [] if of_benchmark else _agreements(returned, found, scores)
    if table:
        write_text(table, as_table(returned, found))
    if of_benchmark:
        _join_ranking(as_table(returned, found), results)
    if as_json:
        print_json(_summary(returned, found, agreeing))
    else:
        _print(returned, found, agreeing)


def _join_ranking(answers: str, results: Path) -> None:
    """Leave the answers where the next ranking reads them; a line on stderr says so."""
    from nstbench.core.files import write_text
    from nstbench.pipeline.benchmark.records import people_file, ranking_file

    if ranking_file(results).is_file():
        file = people_file(results)
        write_text(file, answers)
        said = f"wrote {file}: `nstbench benchmark` has a column PEOPLE now, and says what agrees with it"
    else:
        said = (
            f"not joined with the ranking: {ranking_file(results)} is not here; name its folder by --results"
        )
    print(f"nstbench: {said}", file=sys.stderr)


def _agreements(returned: "Returned", table: "Sequence[Estimate]", scores: Path | None) -> "list[Agreement]":
    """None, with a line on stderr, where the pictures do not come from runs or have no scores."""
    from nstbench.report.survey.agreement import agreements
    from nstbench.report.tables.scores import read_scores

    if returned.key.experiment is None:
        reason = "the pictures do not come from runs"
    elif scores is None and not USUAL_SCORES.is_file():
        reason = f"{USUAL_SCORES} is not here; name it with --scores"
    else:
        file = scores or USUAL_SCORES
        agreeing = agreements(returned.key, table, read_scores(file))
        if agreeing:
            return agreeing
        reason = f"{file} holds none of these runs"
    print(f"nstbench: not compared with metrics: {reason}", file=sys.stderr)
    return []


def _summary(returned: "Returned", table: "Sequence[Estimate]", agreeing: "Sequence[Agreement]") -> Row:
    from nstbench.report.survey.results import left_chosen

    key, sheets = returned.key, returned.sheets
    return {
        "page": key.page,
        "mode": key.mode,
        "seed": key.seed,
        "experiment": key.experiment,
        "arms": key.arms,
        "participants": len(sheets),
        "asked": sum(len(sheet.questions) for sheet in sheets),
        "answered": sum(len(sheet.answered) for sheet in sheets),
        "lines": [
            {"arm": line.arm, "pair": line.pair, "answers": line.answers, **_interval(line)} for line in table
        ],
        "left_chosen": _interval(left_chosen(returned)) if key.mode is Mode.CHOICE else None,
        "agreement": [
            {"metric": each.metric.id, "better": each.metric.better, "count": each.count, **_interval(each)}
            for each in agreeing
        ],
        "remarks": returned.remarks,
    }


def _interval(estimate: "Estimate | Agreement") -> Row:
    """What could not be measured is null."""
    values = {"value": estimate.value, "low": estimate.low, "high": estimate.high}
    return {name: None if math.isnan(value) else value for name, value in values.items()}


def _print(returned: "Returned", table: "Sequence[Estimate]", agreeing: "Sequence[Agreement]") -> None:
    from nstbench.core.number_format import counted
    from nstbench.report.survey.results import left_chosen

    choice = returned.key.mode is Mode.CHOICE
    heading = f"chose {returned.key.arms[0]}" if choice else "mean rating"
    print_table(
        ("arm", "pair", "answers", heading, "95 % interval"),
        [
            (
                line.arm or "all",
                " in the style of ".join(line.pair or ["all"]),
                str(line.answers),
                *_written(line, percent=choice),
            )
            for line in table
        ],
    )
    asked = sum(len(sheet.questions) for sheet in returned.sheets)
    answered = sum(len(sheet.answered) for sheet in returned.sheets)
    people = counted(len(returned.sheets), "participant")
    print(f"\n{people}, {answered} of {counted(asked, 'question')} answered")
    if choice:
        left, interval = _written(left_chosen(returned), percent=True)
        print(f"the left result was chosen in {left} ({interval}) of answers, {returned.key.arms[0]} or not")
    if agreeing:
        print()
        print_table(
            ("metric", "agreement", "95 % interval", "results"),
            [
                (f"{each.metric.id} {each.metric.arrow}", *_written(each), str(each.count))
                for each in agreeing
            ],
        )


def _written(estimate: "Estimate | Agreement", percent: bool = False) -> tuple[str, str]:
    """The value and its interval; a dash for what could not be measured."""
    from nstbench.core.number_format import MISSING

    def text(value: float) -> str:
        if math.isnan(value):
            return MISSING
        return f"{100 * value:.0f} %" if percent else f"{value:.2f}"

    return text(estimate.value), f"{text(estimate.low)} to {text(estimate.high)}"
