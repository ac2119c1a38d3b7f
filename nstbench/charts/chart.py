"""A chart file: which kind of chart it is, and on what it is measured."""

from pathlib import Path

from pydantic import Field, JsonValue, ValidationError, field_validator

from nstbench.charts.base import ChartKind
from nstbench.charts.kinds import chart_kind
from nstbench.core.configuration import Name, Named, first_problem, load_named
from nstbench.core.errors import InputError
from nstbench.images.manifest import Manifest
from nstbench.pipeline.experiment import Source
from nstbench.pipeline.plan import with_numbers
from nstbench.pipeline.project import Project


class Chart(Named):
    """One figure that shows numbers instead of pictures.

    `kind` says what is measured and how it is drawn, on `pictures`, on the finished runs of `experiment` and
    on the learning curves of `trainings`, as the kind's `parameters` say. Those in `when_brief` take their
    place under a profile that measures only to see that everything can be drawn.
    """

    title: str
    source: Source
    question: str
    settings_note: str
    deviations: tuple[str, ...] = ()
    kind: str
    parameters: dict[str, JsonValue] = Field(default={})
    when_brief: dict[str, JsonValue] = Field(default={})
    pictures: tuple[Name, ...] = ()
    experiment: Name | None = None
    trainings: tuple[Name, ...] = ()

    @field_validator("kind")
    @classmethod
    def _known_kind(cls, name: str) -> str:
        chart_kind(name)
        return name

    @property
    def module(self) -> str:
        """The module that the kind is written in; its imports decide when the chart is outdated."""
        return chart_kind(self.kind).__module__

    def configured(self, brief: bool = False) -> ChartKind:
        """The kind with its parameters, or those of a brief measurement; InputError when they do not fit."""
        kind = chart_kind(self.kind)
        try:
            return kind.model_validate(self.parameters | (self.when_brief if brief else {}))
        except ValidationError as error:
            raise InputError(f"parameters: {first_problem(error, kind)}") from error


def load_charts(project: Project) -> dict[str, Chart]:
    """Every chart file of a checkout, figure 2 before figure 13; InputError on a bad one."""
    folder = project.root / "config" / "charts"
    known = set(project.experiments), set(project.trainings)
    charts = [
        load_chart(file, project.manifest, *known) for file in sorted(folder.glob("*.yaml"), key=with_numbers)
    ]
    return {chart.id: chart for chart in charts}


def load_chart(file: Path, manifest: Manifest, experiments: set[str], trainings: set[str]) -> Chart:
    """Read a chart file; InputError names file, key, value and what is allowed."""

    def check(chart: Chart) -> None:
        chart.configured(brief=True)
        needed, given = chart.configured().pictures, dict.fromkeys(chart.pictures)
        if needed is not None and len(given) != needed:
            raise InputError(
                f"pictures: {chart.kind} takes {needed}; given: {len(given)} ({', '.join(given)})"
            )
        for picture in chart.pictures:
            manifest.available(picture)

    chart = load_named(file, Chart, check)
    if chart.id in experiments:
        raise InputError(f"{file}: id {chart.id!r} is an experiment's too, and figures go by id; rename one")
    for what, given, known in (
        ("experiment", {chart.experiment} - {None}, experiments),
        ("training", set(chart.trainings), trainings),
    ):
        for unknown in given - known:
            raise InputError(f"{file}: unknown {what} {unknown!r}; allowed: {', '.join(sorted(known))}")
    return chart
