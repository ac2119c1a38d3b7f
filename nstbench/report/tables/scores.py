"""The scores of one experiment: a row per arm, then the two controls that give them a scale."""

import math
import sys
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import pandas as pd

from nstbench.core.number_format import MISSING, duration, number, scientific
from nstbench.metrics import metrics, shown_metrics
from nstbench.metrics.base import Metric
from nstbench.pipeline.finished import FinishedRun
from nstbench.pipeline.tables import control_id, read_score_table
from nstbench.pipeline.usage import distinct
from nstbench.report.figures.tiles import CANONICAL_RATIO

CONTROLS = {"content": "content copied", "style": "style copied"}
FACTS = (CANONICAL_RATIO, "final loss", "evaluations", "time")

# Values with the reasons beside them, by run or control and metric.
_Measured = Mapping[tuple[str, str], Sequence[tuple[float, str]]]


@dataclass(frozen=True)
class ScoreCell:
    """The median of some values: `key` to sort by, `text` to read, `spread` where there are several.

    `reason` says why there is no value.
    """

    key: float | None
    text: str
    spread: str = ""
    reason: str = ""


@dataclass(frozen=True)
class ScoreRow:
    """An arm or a control: a cell per metric id, for an arm one per fact too, and the runs behind it."""

    caption: str
    scores: Mapping[str, ScoreCell]
    facts: tuple[ScoreCell, ...] = ()
    runs: tuple[str, ...] = ()

    @property
    def is_control(self) -> bool:
        """Whether it is a control; these have no runs."""
        return not self.runs


@dataclass(frozen=True)
class ScoreTable:
    """`columns` head the scores, `facts` the rest; `remarks` limit or excuse values of some metrics."""

    columns: tuple[Metric, ...]
    rows: tuple[ScoreRow, ...]
    remarks: tuple[str, ...]
    facts: tuple[str, ...] = FACTS

    @property
    def main(self) -> tuple[Metric, ...]:
        """The columns of main metrics."""
        return tuple(column for column in self.columns if column.main)

    @property
    def others(self) -> tuple[Metric, ...]:
        """All other columns."""
        return tuple(column for column in self.columns if not column.main)

    def is_best(self, row: ScoreRow, column: Metric) -> bool:
        """Whether no arm has a better value of a metric that has a direction; controls do not compete."""
        known = [one.scores[column.id].key for one in self.rows if not one.is_control]
        values = [key for key in known if key is not None]
        best = {"lower": min, "higher": max}.get(column.better)
        if best is None or row.is_control or len(values) < 2 or min(values) == max(values):
            return False
        return row.scores[column.id].key == best(values)

    @property
    def repeats(self) -> int:
        """How many runs the median of an arm is taken over, at most."""
        return max(len(row.runs) for row in self.rows)


def read_scores(file: Path) -> pd.DataFrame:
    """results/scores.csv but for what sweeps add, which no table shows; InputError when it cannot be read."""
    table = read_score_table(file)
    return table[table["factor"] == 1]


def score_table(runs: Sequence[FinishedRun], scores: pd.DataFrame) -> ScoreTable:
    """The table of one experiment's runs; medians over pairs and seeds where an arm has several.

    `scores` is results/scores.csv.
    """
    own = scores[scores["experiment"] == runs[0].planned.experiment]
    # A plain mapping, because tables look into it thousands of times.
    measured: dict[tuple[str, str], list[tuple[float, str]]] = {}
    table = (own[name] for name in ("run", "metric", "value", "reason"))
    for run, metric, value, reason in zip(*table, strict=True):
        measured.setdefault((run, metric), []).append((value, reason if isinstance(reason, str) else ""))
    arms: dict[str, list[FinishedRun]] = {}
    for finished in runs:
        arms.setdefault(finished.planned.arm.id, []).append(finished)
    rows = []
    for members in arms.values():
        facts = (
            _cell([run.canonical_ratio for run in members if run.canonical_ratio is not None], scientific),
            _cell([run.record["final_losses"]["total"] for run in members], scientific),
            _cell([run.record["evaluations"] for run in members], "{:,.0f}".format),
            _cell([run.record["seconds"] for run in members], duration),
        )
        members_ids = tuple(run.planned.run.id for run in members)
        caption = members[0].planned.arm.caption
        rows.append(ScoreRow(caption, _scores(members_ids, measured), facts, members_ids))
    for copied, caption in CONTROLS.items():
        ids = dict.fromkeys(control_id(copied, finished.planned.run) for finished in runs)
        rows.append(ScoreRow(caption, _scores(ids, measured)))
    known = shown_metrics(any(finished.planned.truth for finished in runs))
    # Each reason once, after the metrics that give it.
    excused = own[own["metric"].isin([metric.id for metric in known])].dropna(subset="reason")
    remarks = [
        f"{', '.join(group['metric'].unique())}: {reason}" for reason, group in excused.groupby("reason")
    ]
    return ScoreTable(known, tuple(rows), tuple(remarks))


def _scores(ids: Collection[str], measured: _Measured) -> dict[str, ScoreCell]:
    """A cell per metric for the runs or controls `ids`."""
    cells = {}
    for metric in metrics():
        entries = [entry for id in ids for entry in measured.get((id, metric), ())]
        reasons = distinct(reason for value, reason in entries if reason and math.isnan(value))
        cells[metric] = _cell([value for value, _ in entries], number, "; ".join(reasons))
    return cells


def _cell(values: Iterable[float], written: Callable[[float], str], reason: str = "") -> ScoreCell:
    """A dash and the reason where no value is known; the range beneath the median where values differ."""
    known = sorted(value for value in values if not math.isnan(value))
    if not known:
        return ScoreCell(None, MISSING, reason=reason)
    low, high = written(known[0]), written(known[-1])
    middle = median(known)
    key = min(middle, sys.float_info.max)  # JavaScript does not read "inf".
    return ScoreCell(key, written(middle), "" if low == high else f"{low} to {high}")
