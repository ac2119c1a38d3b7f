"""A chart file: which measurement it shows, and on what it is measured."""

from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError, field_validator

from nstbench.analyses import analysis
from nstbench.documents import Record, first_problem, read_yaml
from nstbench.errors import InputError
from nstbench.experiments.experiment import Source
from nstbench.images.manifest import Manifest


class Chart(Record):
    """One figure that shows numbers instead of pictures.

    `analysis` measures them, on `pictures`, on the finished runs of `experiment` and on the learning curves
    of `trainings`, as its `parameters` say.
    """

    id: str
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


def load_chart(file: Path, manifest: Manifest, experiments: set[str], trainings: set[str]) -> Chart:
    """Read a chart file; InputError names file, key, value and what is allowed."""
    content = read_yaml(file)
    try:
        chart = Chart.model_validate(content)
        chart.typed_parameters()
        for picture in chart.pictures:
            manifest.available(picture)
    except ValidationError as error:
        raise InputError(f"{file}: {first_problem(error, Chart)}") from error
    except InputError as error:
        raise InputError(f"{file}: {error}") from error
    if chart.id != file.stem:
        raise InputError(f"{file}: id {chart.id!r} must be the file's name, {file.stem!r}")
    for what, given, known in (
        ("experiment", {chart.experiment} - {None}, experiments),
        ("training", set(chart.trainings), trainings),
    ):
        for unknown in given - known:
            raise InputError(f"{file}: unknown {what} {unknown!r}; allowed: {', '.join(sorted(known))}")
    return chart
