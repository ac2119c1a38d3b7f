"""How a transformation network is trained: all that decides its weights besides the pictures."""

from typing import TYPE_CHECKING, Literal, Self

from pydantic import Field, field_validator

from nstbench.core.configuration import Seed
from nstbench.methods.base import Task
from nstbench.methods.gatys2015 import method as gatys2015
from nstbench.methods.johnson2016.architecture import architecture
from nstbench.methods.novak2016 import method as novak2016
from nstbench.networks.training.trainer import Recipe

if TYPE_CHECKING:
    from nstbench.losses.objective import Match
    from nstbench.networks.backbone import Backbone


class TransformationRecipe(Recipe):
    """The network, its loss, and the schedule.

    `loss` is that of a method that descends on pixels, with the photograph as the content; its start, budget
    and optimiser play no part. `style_size` and `crop` are the sides in pixels of the style (the longer one)
    and of the photographs, `rate` is Adam's.
    """

    architecture: str
    width: float = Field(default=1.0, gt=0, le=1)
    loss: novak2016.NovakParameters | gatys2015.GatysParameters
    style_size: int = Field(default=256, ge=32, le=2048)
    crop: int = Field(default=256, ge=32, le=1024)
    batch: int = Field(default=4, ge=1, le=64)
    rate: float = Field(default=1e-3, gt=0)
    decay: Literal["none", "cosine"] = "none"
    seed: Seed = 0

    def with_weights(self, weights: str) -> Self:
        return self.derived_from(self, loss=self.loss.derived_from(self.loss, weights=weights))

    def terms_of(self, task: Task[gatys2015.GatysParameters], backbone: "Backbone") -> "list[Match]":
        """The terms of a task whose parameters are `loss`."""
        if isinstance(self.loss, novak2016.NovakParameters):
            style = Task(task.content, task.style, self.loss, task.seed, task.hardware)
            return novak2016.terms_of(style, backbone)
        return gatys2015.terms_of(task, backbone)

    @field_validator("architecture")
    @classmethod
    def _known_architecture(cls, id: str) -> str:
        return architecture(id).id
