"""The ranking of methods on the first page: places with intervals, and a picture of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nstbench.core.number_format import counted, number
from nstbench.images.manifest import Manifest
from nstbench.pipeline.benchmark.configuration import Benchmark
from nstbench.pipeline.benchmark.contest import contest
from nstbench.pipeline.benchmark.records import Entry, Ranking, Row
from nstbench.pipeline.finished import FinishedRun, run_folder
from nstbench.pipeline.profile import Profile

# By what the first page ranks: content lost and style missed in one number.
MEASURE = "TRADE"


@dataclass(frozen=True)
class RankedMethod:
    """An entry with its value and interval; `left` and `width` are percent of the widest axis.

    `run` made the picture that stands for it; None for programs by others and where it is gone.
    """

    entry: Entry
    row: Row
    left: float
    width: float
    middle: float
    run: FinishedRun | None

    @property
    def written(self) -> str:
        """Value and interval as text."""
        assert self.row.value is not None
        said = number(self.row.value)
        if self.row.low is not None and self.row.high is not None:
            said += f" ({number(self.row.low)} to {number(self.row.high)})"
        return said


def ranked_methods(
    ranking: Ranking, benchmark: Benchmark, profile: Profile, manifest: Manifest, results: Path
) -> list[RankedMethod]:
    """The entries that have a place by MEASURE, the best first."""
    entered = contest(benchmark, ranking.scope, profile, manifest)
    runs: dict[str, FinishedRun] = {}
    for planned in entered.planned:
        if planned.factor == 1 and (run_folder(results, planned.run.id) / "run.json").is_file():
            runs.setdefault(entered.entry_of(planned).name, FinishedRun.of(planned, results))
    rows = [(entry, ranking.row(entry, MEASURE)) for entry in ranking.entries]
    placed = [(entry, row) for entry, row in rows if row.place is not None and row.value is not None]
    placed.sort(key=lambda each: (each[1].place or 0, each[1].value or 0.0))
    reached = [end for _, row in placed for end in (row.low, row.high, row.value) if end is not None]
    low, high = (min(reached), max(reached)) if reached else (0.0, 1.0)

    def share(value: float | None) -> float:
        return 0.0 if value is None else round(100 * (value - low) / ((high - low) or 1.0), 1)

    found = []
    for entry, row in placed:
        ends = [row.value if end is None else end for end in (row.low, row.high)]
        left, right = map(share, ends)
        found.append(RankedMethod(entry, row, left, right - left, share(row.value), runs.get(entry.name)))
    return found


def ranking_in_words(ranked: Sequence[RankedMethod]) -> str:
    """Which methods are best, in a sentence; empty where nothing is ranked."""
    if not ranked:
        return ""
    first = [each for each in ranked if each.row.place == 1]
    pairs = counted(max(each.row.pairs for each in ranked), "pair")
    where = f"at keeping content and reaching style, on {pairs} of pictures."
    if len(first) == len(ranked) > 1:
        return f"{counted(len(ranked), 'method')} are not told apart {where}"
    names = ", ".join(each.entry.name for each in first[:3])
    more = f" and {len(first) - 3} more" if len(first) > 3 else ""
    told = "is best" if len(first) == 1 else "are best, not told apart,"
    return f"{names}{more} {told} of {counted(len(ranked), 'method')} {where}"
