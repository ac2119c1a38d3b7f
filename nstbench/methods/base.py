"""What a method is: parameters, named sets of them with their sources, and a function that stylises."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field, ValidationError

from nstbench.documents import Record, first_problem
from nstbench.errors import InputError
from nstbench.progress import Watch

if TYPE_CHECKING:
    from torch import Tensor

    from nstbench.hardware import Hardware
    from nstbench.optimise.checkpoint import Checkpoint
    from nstbench.optimise.loop import Outcome


class Parameters(Record):
    """What every method's parameters have; frozen, and no unknown names.

    `evaluations` is the budget: how often the method may evaluate its loss and gradient.
    """

    evaluations: int = Field(ge=1)

    def draws(self) -> bool:
        """Whether a run depends on its seed."""
        return False

    def weight_files(self) -> list[Path]:
        """The files of weights that the method reads; a changed file makes a run outdated."""
        return []


@dataclass(frozen=True)
class Task:
    """One picture to make: content and style (1, 3, H, W), RGB in [0, 1], and how."""

    content: "Tensor"
    style: "Tensor"
    parameters: Any
    seed: int
    hardware: "Hardware"
    watch: Watch | None = None
    checkpoint: "Checkpoint | None" = None


@dataclass(frozen=True)
class Method:
    """A recipe of the suite, registered by living in this folder under the name METHOD.

    `sets` maps a name to the parameters of one source (the paper, or a replicated document);
    `everyday_set` is the one for a user's own two pictures.
    """

    id: str
    title: str
    source: str
    parameters: type[Parameters]
    sets: Mapping[str, Parameters]
    everyday_set: str
    stylise: Callable[[Task], "Outcome"]

    def configure(self, set_name: str, changes: Mapping[str, Any]) -> Parameters:
        """The parameters of a named set with `changes` made; InputError names what does not fit.

        What the set leaves open may depend on the changes, as layers do on the backbone.
        """
        if set_name not in self.sets:
            allowed = ", ".join(self.sets)
            raise InputError(f"unknown parameter set {set_name!r} of {self.id}; allowed: {allowed}")
        named = self.sets[set_name]
        values = {name: getattr(named, name) for name in named.model_fields_set} | dict(changes)
        try:
            return self.parameters.model_validate(values)
        except ValidationError as error:
            raise InputError(f"{self.id}: {first_problem(error, self.parameters)}") from error
