"""What decided a picture, as its run.json says it, and how to make it again."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nstbench.core.strict_json import to_json
from nstbench.pipeline.finished import FinishedRun
from nstbench.report.stylize_command import stylize_command


@dataclass(frozen=True)
class Specification:
    """The record of one run; `command` makes its picture alone, where a command can."""

    run: str
    title: str
    record: str
    command: str | None


def specifications(runs: Sequence[FinishedRun], results: Path) -> list[Specification]:
    """One for each distinct run, in the order in which they come."""
    return [_specification(run, results) for run in {run.planned.run.id: run for run in runs}.values()]


def _specification(run: FinishedRun, results: Path) -> Specification:
    planned = run.planned
    seed = f", seed {planned.run.seed}" if planned.run.seed else ""
    return Specification(
        planned.run.id,
        f"{planned.arm.caption}{seed}: {planned.run.content} with {planned.run.style}",
        to_json(run.record, indent=1),
        stylize_command(run, results),
    )
