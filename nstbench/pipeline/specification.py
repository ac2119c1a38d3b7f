"""What is to be made, complete and frozen: one picture by a method, or one network by a training."""

import hashlib
import json
from typing import Any

from pydantic import Field, field_validator

from nstbench.core.configuration import Name, Record, Seed, Snapshots
from nstbench.images.pictures import SMALLEST_SIDE
from nstbench.images.reading import LARGEST_SIZE
from nstbench.methods import method
from nstbench.methods.base import Parameters


class RunSpecification(Record):
    """The complete description of a run; equal specifications are the same run.

    `snapshots` says how many pictures of its way a descent leaves besides its result.
    """

    method: str
    content: str
    style: str
    size: int = Field(ge=SMALLEST_SIDE, le=LARGEST_SIZE)
    seed: Seed = 0
    precision: str = "auto"
    snapshots: Snapshots = 0
    parameters: dict[str, Any]

    @field_validator("method")
    @classmethod
    def _known_method(cls, id: str) -> str:
        return method(id).id

    @property
    def id(self) -> str:
        """`<method>-<first 12 hex digits of the SHA-256 of the canonical JSON>`."""
        canonical = json.dumps(self.model_dump(), sort_keys=True)
        return f"{self.method}-{hashlib.sha256(canonical.encode()).hexdigest()[:12]}"

    @property
    def pictures(self) -> set[str]:
        """The names of content, style, and what the method looks at besides."""
        return {self.content, self.style, *self.typed_parameters().other_pictures()}

    @property
    def network(self) -> str | None:
        """The trained network that the method reads, for one that reads any."""
        return self.parameters.get("network")

    @property
    def snapshots_at(self) -> list[int]:
        """After which evaluations they are taken: evenly from the first, that of the start, to the last."""
        evaluations, spaces = self.parameters.get("evaluations", 1), max(self.snapshots - 1, 1)
        return [1 + round(number * (evaluations - 1) / spaces) for number in range(self.snapshots)]

    def typed_parameters(self) -> Parameters:
        """The parameters as the record of the method."""
        return method(self.method).parameters.model_validate(self.parameters)


class TrainingSpecification(Record):
    """The complete description of a training under a profile; pictures are by the names of those used."""

    id: Name
    method: str
    recipe: dict[str, Any]
    styles: tuple[Name, ...]
    photographs: tuple[Name, ...]
    precision: str

    @property
    def pictures(self) -> set[str]:
        """The names of styles and photographs."""
        return {*self.styles, *self.photographs}
