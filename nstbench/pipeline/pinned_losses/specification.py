"""config/regression.yaml: which runs are pinned, at which evaluations, and how far a loss may move."""

from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError, model_validator

from nstbench.core.configuration import MOST_EVALUATIONS, Name, Named, Record, first_problem
from nstbench.core.errors import InputError
from nstbench.core.yaml_files import read_yaml
from nstbench.images.pictures import SMALLEST_SIDE
from nstbench.images.reading import LARGEST_SIZE
from nstbench.methods import method
from nstbench.methods.base import Parameters

Evaluation = Annotated[int, Field(ge=1, le=MOST_EVALUATIONS)]
Share = Annotated[float, Field(gt=0, lt=1)]


class Tolerances(Record):
    """How far a loss may move, relative to its pinned value, per evaluation; and why that far."""

    reason: str
    at: dict[Evaluation, Share] = Field(min_length=1)


class PinnedRun(Named):
    """A method with one of its presets and some settings changed; `tolerances` names a group."""

    method: str
    parameters: str
    settings: dict[str, Any] = Field(default={})
    tolerances: Name


class Regression(Record):
    """All pinned runs; they share two pictures, fitted into `size` x `size` pixels, and `weights`.

    A run's settings may name others.
    """

    content: Name
    style: Name
    size: int = Field(ge=SMALLEST_SIDE, le=LARGEST_SIZE)
    weights: str = "embedded"
    tolerances: dict[Name, Tolerances]
    specifications: tuple[PinnedRun, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _unambiguous(self) -> "Regression":
        ids = [run.id for run in self.specifications]
        if repeated := sorted({id for id in ids if ids.count(id) > 1}):
            raise ValueError(f"the id {repeated[0]!r} is given twice; ids name one specification each")
        for run in self.specifications:
            if run.tolerances not in self.tolerances:
                allowed = ", ".join(self.tolerances)
                raise ValueError(f"{run.id}: unknown tolerances {run.tolerances!r}; allowed: {allowed}")
        return self

    def tolerances_of(self, run: PinnedRun) -> dict[int, float]:
        """The evaluations at which the losses of `run` are compared, each with its relative tolerance."""
        return self.tolerances[run.tolerances].at

    def parameters_of(self, run: PinnedRun) -> Parameters:
        """The parameters of `run`, ending at the last evaluation compared; InputError on a bad setting."""
        pinned = method(run.method)
        shared = pinned.known({"weights": self.weights})
        budget = pinned.known({"evaluations": max(self.tolerances_of(run))})
        return pinned.configure(run.parameters, shared | run.settings | budget)


def load_regression(file: Path) -> Regression:
    """Read config/regression.yaml; InputError names the file, the entry and what is wrong."""
    try:
        regression = Regression.model_validate(read_yaml(file))
    except ValidationError as error:
        raise InputError(f"{file}: {first_problem(error, Regression)}") from error
    for run in regression.specifications:
        try:
            regression.parameters_of(run)
        except InputError as error:
            raise InputError(f"{file}: {run.id}: {error}") from error
    return regression
