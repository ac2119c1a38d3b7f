"""A chart file: which measurement it shows, and on what it is measured."""

from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError, field_validator

from nstbench.charts.analyses import analysis
from nstbench.core.configuration import Named, first_problem, load_named
from nstbench.core.errors import InputError
from nstbench.images.manifest import Manifest
from nstbench.pipeline.experiment import Source
from nstbench.pipeline.plan import with_numbers
from nstbench.pipeline.project import Project


class Chart(Named):
    """One figure that shows numbers instead of pictures.

    `analysis` measures them, on `pictures`, on the finished runs of `experiment` and on the learning curves
    of `trainings`, as its `parameters` say.
    """

    title: str
    source: Source
    question: str
    settings_note: str
    deviations: tuple[str, ...] = ()
    analysis: str
    parameters: dict[str, Any] = Field(default={})
    pictures: tuple[str, ...] = ()
    experiment: str | None = None
    trainings: tuple[str, ...] = ()

    @field_validator("analysis")
    @classmethod
    def _known_analysis(cls, id: str) -> str:
        return analysis(id).id

    def typed_parameters(self) -> Any:
        """InputError when they do not fit the analysis."""
        model = analysis(self.analysis).parameters
        try:
            return model.model_validate(self.parameters)
        except ValidationError as error:
            raise InputError(f"parameters: {first_problem(error, model)}") from error

    def check_pictures(self) -> None:
        """InputError when there are not as many as the analysis takes."""
        needed = analysis(self.analysis).pictures
        given = dict.fromkeys(self.pictures)
        if needed is not None and len(given) != needed:
            raise InputError(
                f"pictures: {self.analysis} takes {needed}; given: {len(given)} ({', '.join(given)})"
            )


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
        chart.typed_parameters()
        chart.check_pictures()
        for picture in chart.pictures:
            manifest.available(picture)

    chart = load_named(file, Chart, check)
    for what, given, known in (
        ("experiment", {chart.experiment} - {None}, experiments),
        ("training", set(chart.trainings), trainings),
    ):
        for unknown in given - known:
            raise InputError(f"{file}: unknown {what} {unknown!r}; allowed: {', '.join(sorted(known))}")
    return chart
