"""How a transformation network is trained: all that decides its weights besides the pictures."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, Self

from pydantic import Field, field_validator

from nstbench.core.configuration import Seed
from nstbench.methods.base import Task, TotalVariation
from nstbench.methods.gatys2015.parameters import DEFAULT as GATYS_DEFAULT
from nstbench.methods.gatys2015.parameters import NIKULIN, GatysParameters, equal_weights
from nstbench.methods.johnson2016.architecture import architecture
from nstbench.methods.novak2016.parameters import RECOMMENDED, NovakParameters
from nstbench.networks.catalogue import ARCHITECTURES
from nstbench.networks.training.trainer import Recipe
from nstbench.networks.weight_sources import weights_for
from nstbench.optim.settings import LBFGSSettings

if TYPE_CHECKING:
    from nstbench.losses.objective import Term
    from nstbench.networks.backbone import Backbone


class TransformationRecipe(Recipe):
    """The network, its loss, and the schedule.

    Parameters
    ----------
    architecture
        "johnson" or "jain".
    width
        Channels of every layer but the last relative to the original network, in (0, 1].
    loss
        That of a method that descends on pixels, with the photograph as the content; its start, budget and
        optimiser play no part.
    style_size, crop
        Sides in pixels of the style (the longer one) and of the photographs.
    batch
        Photographs a step.
    rate, decay
        Adam's learning rate, and whether it falls to 0 along a cosine.
    seed
        Of the first weights and the crops.
    """

    architecture: str
    width: float = Field(default=1.0, gt=0, le=1)
    loss: NovakParameters | GatysParameters
    style_size: int = Field(default=256, ge=32, le=2048)
    crop: int = Field(default=256, ge=32, le=1024)
    batch: int = Field(default=4, ge=1, le=64)
    rate: float = Field(default=1e-3, gt=0)
    decay: Literal["none", "cosine"] = "none"
    seed: Seed = 0

    def with_weights(self, weights: str) -> Self:
        """The recipe with other weights of the loss network.

        Parameters
        ----------
        weights
            As of `load_backbone`; the embedded ones for a network without original ones.

        Returns
        -------
        TransformationRecipe
            Otherwise the same.
        """
        own = weights_for(ARCHITECTURES[self.loss.backbone], weights)
        return self.derived_from(self, loss=self.loss.derived_from(self.loss, weights=own))

    def terms_of(self, task: Task[GatysParameters], backbone: "Backbone") -> "Sequence[Term]":
        """Terms of the loss.

        Parameters
        ----------
        task
            Its parameters are `loss`.
        backbone
            The loss network.

        Returns
        -------
        sequence of Term
            As the method that the loss is of has them.
        """
        from nstbench.methods.gatys2015 import algorithm as gatys2015
        from nstbench.methods.novak2016 import algorithm as novak2016

        if isinstance(self.loss, NovakParameters):
            style = Task(task.content, task.style, self.loss, task.seed, task.hardware)
            return novak2016.terms_of(style, backbone)
        return gatys2015.terms_of(task, backbone)

    @field_validator("architecture")
    @classmethod
    def _known_architecture(cls, id: str) -> str:
        return architecture(id).id


# Johnson et al. 2016 as in their code: content 1, style 5 a layer, total variation 1e-6 of bytes
# at 256 px. Its features are those of the raw network, 450 times ours, which are 1 on average.
JOHNSON = TransformationRecipe(
    architecture="johnson",
    loss=GatysParameters.derived_from(
        NIKULIN,
        backbone="vgg16",
        pooling="max",
        content_layers={"relu3_3": 1.0},
        style_layers={"relu1_2": 0.753, "relu2_2": 0.188, "relu3_3": 0.0471, "relu4_3": 0.0118},
        alpha=1.5e-3,
        tv=TotalVariation(form="squared", weight=4.8e-5),
    ),
    steps=40_000,
)
# Jain and Venkitachalam's code: total variation 7e-9 a sum, in units of which there are 4.4 in [0, 1]. Steps
# are as many as Johnson's, because theirs are not given.
JAIN = TransformationRecipe(
    architecture="jain",
    loss=NovakParameters.derived_from(
        RECOMMENDED,
        normalisation="port",
        pooling="average",
        tv=TotalVariation(form="absolute", weight=6.1e-3),
    ),
    steps=40_000,
)
# For a desk machine, chosen by eye: Jain's network at half width, Johnson's layers on the embedded VGG-19 at
# equal weights, one crop a step, and a rate that falls to 0. The shipped networks were made by it.
DEFAULT_TRAINING = TransformationRecipe(
    architecture="jain",
    width=0.5,
    loss=GatysParameters.derived_from(
        GATYS_DEFAULT,
        weights="embedded",
        content_layers={"relu3_3": 1.0},
        style_layers=equal_weights(["relu1_2", "relu2_2", "relu3_3", "relu4_3"]),
        alpha=0.2,
        optimiser=LBFGSSettings(),
        tv=TotalVariation(form="squared", weight=5e-3),
    ),
    style_size=320,
    crop=192,
    batch=1,
    steps=1400,
    decay="cosine",
)
