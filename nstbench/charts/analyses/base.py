"""What an analysis is: it measures a table, says what came out, and draws it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from nstbench.core.configuration import Record
from nstbench.core.errors import InputError
from nstbench.images.pictures import LARGEST_SIZE, SMALLEST_SIDE
from nstbench.methods.base import P

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure
    from torch import Tensor

    from nstbench.core.hardware import Hardware
    from nstbench.methods.base import Task
    from nstbench.pipeline.finished import FinishedRun
    from nstbench.pipeline.specification import RunSpecification


# A side of a picture that an analysis chooses itself.
Pixels = Annotated[int, Field(ge=SMALLEST_SIDE, le=LARGEST_SIZE)]


@dataclass(frozen=True)
class Materials:
    """What a chart is measured on.

    `pictures` are files by the names that the chart file gives; `curves` the learning curves (CSV) of its
    trainings by id; `runs` the finished runs of its experiment, `folder` where the pipeline keeps pictures by
    name; `size` is the side in pixels that the profile asks for and `weights` those of its networks.
    """

    parameters: Any
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
        content, style = (self.picture(self.folder / f"{name}.png") for name in (run.content, run.style))
        return Task(content, style, parameters, run.seed, self.hardware)


@dataclass(frozen=True)
class Analysis:
    """A measurement of the suite, registered by living in this folder under the name ANALYSIS.

    `measure` makes a tidy table; `findings` says in sentences what it shows; `draw` fills a figure of
    `inches` by `inches` with it. `pictures` says of how many, where that is fixed.
    """

    id: str
    parameters: type[Record]
    measure: "Callable[[Materials], pd.DataFrame]"
    findings: "Callable[[pd.DataFrame], list[str]]"
    draw: "Callable[[pd.DataFrame, Figure], None]"
    inches: tuple[float, float] = (10.0, 4.2)
    pictures: int | None = None


def by_pair(runs: "Iterable[FinishedRun]") -> "dict[tuple[str, str], list[FinishedRun]]":
    """Runs by the content and the style that they were made from, in the order of these names."""
    pairs: dict[tuple[str, str], list[FinishedRun]] = {}
    for run in runs:
        pairs.setdefault((run.planned.run.content, run.planned.run.style), []).append(run)
    return dict(sorted(pairs.items()))
