"""What the pipeline has left of its runs: scores, traces, records, pictures and the tables of charts."""

import math
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from nstbench.charts.chart import Chart, load_charts
from nstbench.claims.sample import NoEvidenceError, Pair
from nstbench.core.errors import InputError
from nstbench.networks.kinship import Origin
from nstbench.pipeline.finished import FinishedRun
from nstbench.pipeline.optimised import optimised_network
from nstbench.pipeline.plan import PlannedRun
from nstbench.pipeline.project import Project
from nstbench.pipeline.seals import whole
from nstbench.pipeline.specification import RunSpecification
from nstbench.pipeline.tables import control_id, read_score_table

if TYPE_CHECKING:
    import pandas as pd

T = TypeVar("T")
# The control that is scored in the place of an arm's results, as tables call it.
CONTROLS = {"content copied": "content", "style copied": "style"}
SCORES_READ = ["run", "experiment", "metric", "value"]


class Picture(NamedTuple):
    """A file below the folder of results, and the side in pixels that it is looked at with."""

    file: str
    size: int


@dataclass(frozen=True)
class Evidence:
    """The results of a project under one profile, in the folder `results`."""

    project: Project
    results: Path

    @cached_property
    def charts(self) -> dict[str, Chart]:
        """The project's charts by id."""
        return load_charts(self.project)

    @cached_property
    def _scores(self) -> dict[tuple[str, str, str], float]:
        """By experiment, run or control, and metric; empty before the pipeline has run."""
        table = self.score_table()
        if table is None:
            return {}
        keys = zip(table["experiment"], table["run"], table["metric"], strict=True)
        return dict(zip(keys, table["value"], strict=True))

    def score_table(self) -> "pd.DataFrame | None":
        """All scores, one value a row; None before there are any."""
        file = self.results / "scores.csv"
        return read_score_table(file, SCORES_READ) if file.exists() else None

    @cached_property
    def _evidence(self) -> dict[tuple[str, str], list[PlannedRun]]:
        """By experiment and arm."""
        found: dict[tuple[str, str], list[PlannedRun]] = defaultdict(list)
        for entry in self.project.planned:
            if entry.evidence:
                found[entry.experiment, entry.arm.id].append(entry)
        return found

    def check_complete(self) -> None:
        """InputError when scores.csv lacks runs of the plan: made with other settings, or not finished."""
        scored = {run for _, run, _ in self._scores}
        wanted = {entry.run.id for entry in self.project.planned}
        if missing := wanted - scored:
            raise InputError(
                f"{self.results / 'scores.csv'} lacks {len(missing)} of the {len(wanted)} runs that profile "
                f"{self.project.profile.name} plans; run `snakemake --cores all` to its end"
            )

    def planned(self, experiment: str, arm: str, factor: float = 1.0) -> Iterator[PlannedRun]:
        """The runs of an arm, made or not, with `factor` times the parameter that its experiment sweeps.

        Where the experiment runs on the profile's grid, they are those of the grid.
        """
        return (entry for entry in self._evidence[experiment, arm] if entry.factor == factor)

    def factors(self, experiment: str, arm: str) -> tuple[float, ...]:
        """What the profile multiplies an arm's swept parameter by, from small to large; 1 without a sweep."""
        return tuple(sorted({entry.factor for entry in self._evidence[experiment, arm]}))

    def pair(self, entry: PlannedRun) -> Pair:
        """A run's pair by the pictures that are here: two paintings with one stand-in are one observation."""
        available = self.project.manifest.available
        return available(entry.pair.content), available(entry.pair.style)

    def metric(
        self, experiment: str, arm: str, metric: str, factor: float = 1.0
    ) -> dict[Pair, dict[int, float]]:
        """Values by pair and seed, at one factor of the arm's sweep; NoEvidenceError when there are none."""
        return self._by_pair(
            experiment, arm, metric, lambda entry: self._score(entry, entry.run.id, metric), factor
        )

    def control(self, experiment: str, arm: str, copied: str, metric: str) -> dict[Pair, dict[int, float]]:
        """What the content or the style of an arm's runs scores when it is handed back unchanged.

        `copied` is a key of CONTROLS.
        """
        return self._by_pair(
            experiment,
            arm,
            metric,
            lambda entry: self._score(entry, control_id(CONTROLS[copied], entry.run), metric),
        )

    def least_losses(self, experiment: str, arm: str) -> "dict[Pair, dict[int, pd.Series]]":
        """The least loss found so far, by evaluation; from trace.csv."""
        return self._by_pair(experiment, arm, "trace.csv", self.least_loss)

    def facts(
        self, experiment: str, arm: str, name: str, factor: float = 1.0
    ) -> dict[Pair, dict[int, float]]:
        """A number that run.json holds under `name`, `.` leading inside: `final_losses.total`."""
        return self._by_pair(experiment, arm, name, lambda entry: self._fact(entry, name), factor)

    def results_of(self, experiment: str, arm: str) -> dict[Pair, dict[int, Picture]]:
        """The pictures that an arm's runs have made."""
        return self._by_pair(experiment, arm, "image", self._result)

    def contents_of(self, experiment: str, arm: str) -> dict[Pair, dict[int, Picture]]:
        """The contents that an arm's runs were given, at their size."""
        return self._by_pair(experiment, arm, "content", self._content)

    def colour_difference(self, one: Picture, other: Picture) -> float:
        """The mean over pixels of CIEDE2000."""
        import numpy as np

        from nstbench.images.pictures import load_picture
        from nstbench.metrics.pixels import mean_colour_difference

        # As runs read them.
        pictures = (load_picture(self.results / file, size, square=True) for file, size in (one, other))
        return mean_colour_difference(*(np.asarray(each, dtype=np.float64) / 255 for each in pictures))

    def optimised(self, run: RunSpecification) -> Origin | None:
        """The network whose features a run optimised, if any."""
        return optimised_network(run)

    def chart(self, id: str) -> "pd.DataFrame":
        """The table of a chart without pairs that only figures show; NoEvidenceError when it is not there."""
        table = self.chart_table(id)
        runs = self.project.plans.get(self.charts[id].experiment or "", []) if id in self.charts else []
        pairs = {self.pair(entry) for entry in runs if entry.evidence}
        if pairs and {"content", "style"} <= set(table.columns):
            table = table[[pair in pairs for pair in zip(table["content"], table["style"], strict=True)]]
        return table

    def chart_table(self, id: str) -> "pd.DataFrame":
        """The whole table of a chart; NoEvidenceError when it is not there."""
        import pandas as pd

        file = self.results / "charts" / f"{id}.csv"
        if not file.exists():
            raise NoEvidenceError(f"{file.name} of results/charts is not there")
        try:
            return pd.read_csv(whole(file))
        except (OSError, ValueError) as error:
            reason = " ".join(str(error).split())
            raise InputError(f"{file} cannot be read ({reason}); run snakemake again") from error

    def table_name(self, chart: str) -> str:
        """The table of a chart for messages, which say when the profile measures only a part of it."""
        found, profile = self.charts.get(chart), self.project.profile
        brief = profile.brief and found is not None and found.when_brief
        return f"the table of {chart}{f' (profile {profile.name} measures a part of it)' if brief else ''}"

    def _score(self, entry: PlannedRun, id: str, metric: str) -> float | None:
        value = self._scores.get((entry.experiment, id, metric), math.nan)
        return None if math.isnan(value) else value

    def least_loss(self, entry: PlannedRun) -> "pd.Series | None":
        """The least loss that a run has found so far, by evaluation; None for one that was not made."""
        run = self._finished(entry)
        return run.trace.set_index("evaluation")["total"].cummin() if run else None

    def record(self, entry: PlannedRun) -> dict[str, Any] | None:
        """What run.json holds; None for a run that was not made."""
        run = self._finished(entry)
        return run.record if run else None

    def _fact(self, entry: PlannedRun, name: str) -> float | None:
        value: Any = self.record(entry)
        for key in name.split("."):
            value = (value or {}).get(key)
        return None if value is None else float(value)

    def _result(self, entry: PlannedRun) -> Picture | None:
        run = self._finished(entry)
        return Picture(run.image.relative_to(self.results).as_posix(), entry.run.size) if run else None

    def _content(self, entry: PlannedRun) -> Picture | None:
        picture = Picture(f"pictures/{entry.run.content}.png", entry.run.size)
        return picture if (self.results / picture.file).exists() else None

    def _finished(self, entry: PlannedRun) -> FinishedRun | None:
        run = FinishedRun.of(entry, self.results)
        return run if run.exists else None

    def _by_pair(
        self,
        experiment: str,
        arm: str,
        what: str,
        value_of: Callable[[PlannedRun], T | None],
        factor: float = 1.0,
    ) -> dict[Pair, dict[int, T]]:
        """What `value_of` finds for an arm's runs; NoEvidenceError names `what` when that is nothing."""
        found: dict[Pair, dict[int, T]] = {}
        for entry in self.planned(experiment, arm, factor):
            value = value_of(entry)
            if value is not None:
                found.setdefault(self.pair(entry), {})[entry.run.seed] = value
        if not found:
            at = "" if factor == 1 else f" at {factor:g} times its parameter"
            raise NoEvidenceError(f"no {what} of {arm} in {experiment}{at}")
        return found
