"""What a test was made with in the place of what the documents used."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from nstbench.charts.chart import Chart
from nstbench.claims.statistics.base import StatisticParameters
from nstbench.core.number_format import span
from nstbench.metrics import metrics
from nstbench.pipeline.plan import PlannedRun
from nstbench.pipeline.project import Project
from nstbench.pipeline.specification import TrainingSpecification

# Pixels of a side that the documents work with, as far as they say so.
USUAL_SIZE = 512


def substitutes(parameters: StatisticParameters, project: Project, charts: Mapping[str, Chart]) -> list[str]:
    """Phrases: embedded weights, procedural pictures, a smaller size, short descents; none for arithmetic."""
    return list(_Basis(parameters, project, charts).phrases())


@dataclass(frozen=True)
class _Basis:
    """The runs, charts and trainings that a test rests on."""

    parameters: StatisticParameters
    project: Project
    charts: Mapping[str, Chart]

    def phrases(self) -> Iterator[str]:
        judges = self.project.profile.judges
        embedded = {network for network, weights in judges.items() if weights == "embedded"}
        if self._embedded:
            yield "embedded weights"
        elif any(metrics()[name].backbone in embedded for name in self.parameters.metrics_read):
            yield "judged by embedded networks"
        if any(self.project.manifest[name].procedural for name in self._pictures):
            yield "procedural pictures"
        if self._sizes and max(self._sizes) < USUAL_SIZE:
            yield f"{span(self._sizes)} px"
        if self.project.profile.evaluations and self._evaluations:
            yield f"{span(self._evaluations)} evaluations"

    @cached_property
    def _charts(self) -> list[Chart]:
        return [self.charts[id] for id in self.parameters.charts_read]

    @cached_property
    def _runs(self) -> list[PlannedRun]:
        """Of the arms that are compared, and of the experiments that charts are drawn from."""
        plans = self.project.plans
        named = [
            entry
            for id, arms in self.parameters.arms_read.items()
            for entry in plans[id]
            if entry.arm.id in arms and entry.evidence
        ]
        return named + [
            entry
            for chart in self._charts
            if chart.experiment
            for entry in plans[chart.experiment]
            if entry.evidence
        ]

    @cached_property
    def _trainings(self) -> list[TrainingSpecification]:
        return [self.project.training(id) for chart in self._charts for id in chart.trainings]

    @property
    def _embedded(self) -> bool:
        """Whether a network is embedded; those that paint in one pass stand on an embedded one."""
        used = [entry.run.parameters for entry in self._runs] + [each.recipe for each in self._trainings]
        weights = self.project.profile.weights
        return any(each.get("weights") == "embedded" or "network" in each for each in used) or any(
            chart.configured(self.project.profile.brief).stands_on_embedded(weights) for chart in self._charts
        )

    @property
    def _pictures(self) -> set[str]:
        """By the names of those that are used."""
        used = {name for entry in self._runs for name in entry.pictures}
        learned = {name for training in self._trainings for name in training.pictures}
        shown = {self.project.manifest.available(name) for chart in self._charts for name in chart.pictures}
        return used | learned | shown

    @cached_property
    def _sizes(self) -> Sequence[int]:
        """Sides in pixels: of runs, of charts' pictures, of the crops of trainings."""
        of_charts = [
            size
            for chart in self._charts
            if chart.pictures
            for size in chart.configured(self.project.profile.brief).sizes_at(self.project.profile.size)
        ]
        return [
            *(entry.run.size for entry in self._runs),
            *of_charts,
            *(training.recipe["crop"] for training in self._trainings),
        ]

    @property
    def _evaluations(self) -> list[int]:
        """Of descents; a profile may allow fewer than the sources."""
        return [
            entry.run.parameters["evaluations"]
            for entry in self._runs
            if "evaluations" in entry.run.parameters
        ]
