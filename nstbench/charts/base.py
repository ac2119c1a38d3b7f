"""What a kind of chart is, and what it is measured on.

A new kind is a class below `ChartKind` and a line in `nstbench.charts.kinds`. Planning a pipeline reads every
chart file and with it all kinds, so their modules import torch, pandas and matplotlib inside functions.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from nstbench.core.configuration import Record
from nstbench.core.errors import InputError
from nstbench.images.pictures import SMALLEST_SIDE
from nstbench.images.reading import LARGEST_SIZE
from nstbench.methods.base import P

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure
    from torch import Tensor

    from nstbench.core.hardware import Hardware
    from nstbench.methods.base import Task
    from nstbench.pipeline.finished import FinishedRun
    from nstbench.pipeline.specification import RunSpecification


# The side of a picture that a kind of chart chooses itself.
Pixels = Annotated[int, Field(ge=SMALLEST_SIDE, le=LARGEST_SIZE)]


@dataclass(frozen=True)
class Materials:
    """What a chart is measured on.

    Parameters
    ----------
    pictures
        Files by the names that the chart file gives.
    curves
        The learning curves (CSV) of the chart's trainings, by id.
    runs
        The finished runs of the chart's experiment.
    folder
        Where the pipeline keeps pictures, each as `<name>.png`.
    size
        The side in pixels that the profile asks for.
    weights
        Which weights the profile gives to networks.
    hardware
        Device and precision.
    """

    pictures: Mapping[str, Path]
    curves: Mapping[str, Path]
    runs: "Sequence[FinishedRun]"
    folder: Path
    size: int
    weights: str
    hardware: "Hardware"

    def picture(self, file: Path) -> "Tensor":
        """A picture as (1, 3, size, size), RGB in [0, 1], on the device."""
        from nstbench.images.pictures import load_picture
        from nstbench.images.tensors import to_tensor

        return to_tensor(load_picture(file, self.size, square=True)).to(self.hardware.device)

    def task(self, run: "RunSpecification", kind: type[P]) -> "Task[P]":
        """What a finished run was asked to do, to evaluate its objective again.

        InputError when its parameters are not of this kind.
        """
        from nstbench.methods.base import Task

        parameters = run.typed_parameters()
        if not isinstance(parameters, kind):
            raise InputError(f"{run.method} does not descend on pixels; take an experiment of one that does")
        own = replace(self, size=run.size)
        content, style = (own.picture(self.folder / f"{name}.png") for name in (run.content, run.style))
        return Task(content, style, parameters, run.seed, self.hardware)


class ChartKind(Record, ABC):
    """A kind of chart: its fields are the parameters of a chart file, its methods make the chart.

    The measured table is all that sentences and drawing rest on; it is published as CSV beside them. A chart
    is made by the module that its kind is written in (`__module__`) and by what that imports.

    Attributes
    ----------
    inches
        Width and height of the drawing.
    pictures
        How many pictures a chart file has to name, where that is fixed.
    """

    inches: ClassVar[tuple[float, float]] = (10.0, 4.2)
    pictures: ClassVar[int | None] = None

    @property
    def weights_of(self) -> str | None:
        """The network, by id, that is looked into; None where none is, or where the runs say it."""
        return None

    def sizes_at(self, profile: int) -> tuple[int, ...]:
        """The sides in pixels that pictures have, where the profile asks for `profile`."""
        return (profile,)

    def stands_on_embedded(self, weights: str) -> bool:
        """Whether an embedded network is looked into, where these are the profile's weights."""
        return self.weights_of is not None and weights == "embedded"

    @abstractmethod
    def measure(self, materials: Materials) -> "pd.DataFrame":
        """Measure a tidy table: a row an observation, with columns of text and numbers."""

    @staticmethod
    @abstractmethod
    def findings(table: "pd.DataFrame") -> list[str]:
        """Say in sentences what a measured table shows."""

    @staticmethod
    @abstractmethod
    def draw(table: "pd.DataFrame", figure: "Figure") -> None:
        """Draw a measured table into an empty figure of `inches`."""


def by_pair(runs: "Iterable[FinishedRun]") -> "dict[tuple[str, str], list[FinishedRun]]":
    """Runs by the content and the style that they were made from, in the order of these names."""
    pairs: dict[tuple[str, str], list[FinishedRun]] = {}
    for run in runs:
        pairs.setdefault((run.planned.run.content, run.planned.run.style), []).append(run)
    return dict(sorted(pairs.items()))
