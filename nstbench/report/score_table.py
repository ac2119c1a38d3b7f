"""The scores of one experiment: a line per arm, then the two controls that give them a scale."""

import math
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import pandas as pd

from nstbench.core.errors import InputError
from nstbench.core.number_format import MISSING, duration, number, scientific
from nstbench.metrics import metrics, shown_metrics
from nstbench.metrics.base import Metric
from nstbench.pipeline.finished import FinishedRun
from nstbench.pipeline.tables import control_id
from nstbench.pipeline.usage import distinct
from nstbench.report.tiles import CANONICAL_RATIO

CONTROLS = {"content": "content copied", "style": "style copied"}
# Values with the reasons beside them, by run or control and metric.
Measured = Mapping[tuple[str, str], Sequence[tuple[float, str]]]
FACTS = (CANONICAL_RATIO, "final loss", "evaluations", "time")


@dataclass(frozen=True)
class Column:
    """A metric as the table heads and explains it."""

    metric: Metric

    @property
    def arrow(self) -> str:
        return self.metric.arrow


@dataclass(frozen=True)
class Cell:
    """The median of some values: `key` to sort by, `text` to read, `spread` where there are several.

    `reason` says why there is no value.
    """

    key: float | None
    text: str
    spread: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Line:
    """An arm or a control: a cell per metric id, for an arm one per fact too, and the runs behind it."""

    caption: str
    scores: Mapping[str, Cell]
    facts: tuple[Cell, ...] = ()
    runs: tuple[str, ...] = ()

    @property
    def is_control(self) -> bool:
        return not self.runs


@dataclass(frozen=True)
class ScoreTable:
    """`columns` head the scores, `facts` the rest; `remarks` limit or excuse values of some metrics."""

    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    remarks: tuple[str, ...]
    facts: tuple[str, ...] = FACTS

    @property
    def main(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if column.metric.main)

    @property
    def others(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if not column.metric.main)

    @property
    def repeats(self) -> int:
        """How many runs the median of an arm is taken over, at most."""
        return max(len(line.runs) for line in self.lines)


def read_scores(file: Path) -> pd.DataFrame:
    """results/scores.csv; InputError when it is not there."""
    try:
        return pd.read_csv(file)
    except (OSError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise InputError(f"{file} cannot be read ({error}); run snakemake again") from error


def score_table(runs: Sequence[FinishedRun], scores: pd.DataFrame) -> ScoreTable:
    """The table of one experiment's runs; medians over pairs and seeds where an arm has several."""
    own = scores[scores["experiment"] == runs[0].planned.experiment]
    arms: dict[str, list[FinishedRun]] = {}
    for run in runs:
        arms.setdefault(run.planned.arm.id, []).append(run)
    measured = _measured(own)
    lines = [_arm_line(members, measured) for members in arms.values()]
    controls = [_control_line(copied, runs, measured) for copied in CONTROLS]
    columns = tuple(Column(metric) for metric in shown_metrics(any(run.planned.truth for run in runs)))
    return ScoreTable(columns, (*lines, *controls), tuple(_remarks(own, columns)))


def _remarks(scores: pd.DataFrame, columns: Iterable[Column]) -> Iterator[str]:
    """Each reason once, after the metrics that give it."""
    shown = scores[scores["metric"].isin([column.metric.id for column in columns])]
    for reason, group in shown.dropna(subset="reason").groupby("reason"):
        yield f"{', '.join(group['metric'].unique())}: {reason}"


def _measured(scores: pd.DataFrame) -> Measured:
    """A plain mapping, because tables look into it thousands of times."""
    found: dict[tuple[str, str], list[tuple[float, str]]] = {}
    columns = (scores[name] for name in ("run", "metric", "value", "reason"))
    for run, metric, value, reason in zip(*columns, strict=True):
        found.setdefault((run, metric), []).append((value, reason if isinstance(reason, str) else ""))
    return found


def _arm_line(runs: Sequence[FinishedRun], measured: Measured) -> Line:
    ids = tuple(run.planned.run.id for run in runs)
    facts = (
        _cell([run.canonical_ratio for run in runs if run.canonical_ratio is not None], scientific),
        _cell([run.record["final_losses"]["total"] for run in runs], scientific),
        _cell([run.record["evaluations"] for run in runs], "{:,.0f}".format),
        _cell([run.record["seconds"] for run in runs], duration),
    )
    return Line(runs[0].planned.arm.caption, _scored(ids, measured), facts, ids)


def _control_line(copied: str, runs: Iterable[FinishedRun], measured: Measured) -> Line:
    ids = dict.fromkeys(control_id(copied, run.planned.run) for run in runs)
    return Line(CONTROLS[copied], _scored(ids, measured))


def _scored(ids: Collection[str], measured: Measured) -> dict[str, Cell]:
    return {
        metric: _scored_cell([entry for id in ids for entry in measured.get((id, metric), ())])
        for metric in metrics()
    }


def _scored_cell(entries: Sequence[tuple[float, str]]) -> Cell:
    reasons = distinct(reason for value, reason in entries if reason and math.isnan(value))
    return _cell([value for value, _ in entries], number, "; ".join(reasons))


def _cell(values: Iterable[float], written: Callable[[float], str], reason: str = "") -> Cell:
    """A dash and the reason where no value is known; the range beneath the median where values differ."""
    known = sorted(value for value in values if not math.isnan(value))
    if not known:
        return Cell(None, MISSING, reason=reason)
    low, high = written(known[0]), written(known[-1])
    middle = median(known)
    key = min(middle, sys.float_info.max)  # JavaScript does not read "inf".
    return Cell(key, written(middle), "" if low == high else f"{low} to {high}")
