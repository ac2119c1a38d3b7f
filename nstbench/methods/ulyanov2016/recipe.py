"""How a generator is trained: what decides its weights besides the pictures, and what its card says."""

from typing import Literal, Self

from pydantic import Field, model_validator

from nstbench.core.configuration import Seed
from nstbench.methods.base import imported_later
from nstbench.methods.gatys2015.parameters import DEFAULT as GATYS_DEFAULT
from nstbench.methods.gatys2015.parameters import GatysParameters
from nstbench.networks.catalogue import ARCHITECTURES
from nstbench.networks.feedforward.inventory import Card
from nstbench.networks.training.trainer import Recipe, Trainer
from nstbench.networks.weight_sources import weights_for
from nstbench.optim.settings import LBFGSSettings

Norm = Literal["batch", "instance"]


class GeneratorRecipe(Recipe):
    """The generator, its loss, and the schedule.

    Parameters
    ----------
    norm
        Batch normalisation (2016), or instance normalisation (2017).
    scales
        How many sizes of noise there are, each half the one before.
    loss
        That of Gatys et al.; without content layers a texture is learned. Its start, budget and optimiser
        play no part.
    style_size, crop
        Sides in pixels of the style (the longer one) and of what is generated.
    batch
        Pictures a step.
    rate, decay
        Adam's learning rate, and whether it falls to 0 along a cosine.
    seed
        Of the first weights, the noise and the crops.
    """

    norm: Norm
    scales: int = Field(default=5, ge=1, le=6)
    loss: GatysParameters
    style_size: int = Field(default=256, ge=32, le=2048)
    crop: int = Field(default=256, ge=32, le=1024)
    batch: int = Field(default=16, ge=1, le=64)
    rate: float = Field(default=0.1, gt=0)
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
        GeneratorRecipe
            Otherwise the same.
        """
        own = weights_for(ARCHITECTURES[self.loss.backbone], weights)
        return self.derived_from(self, loss=self.loss.derived_from(self.loss, weights=own))

    @model_validator(mode="after")
    def _sizes_of_noise_fit(self) -> "GeneratorRecipe":
        stride = 2 ** (self.scales - 1)
        if self.crop % stride:
            raise ValueError(
                f"a crop of {self.crop} px has no {self.scales} sizes, each half the one before; set crop to "
                f"a multiple of {stride}"
            )
        return self


class GeneratorCard(Card):
    """What the card of a generator says of its layers.

    Parameters
    ----------
    scales
        Sizes of noise.
    norm
        In front of every activation.
    stylizes
        Whether it looks at a content.
    """

    scales: int = Field(ge=1, le=6)
    norm: Norm
    stylizes: bool


# Sections 4.1 and 5: relu1_1 to relu5_1, 16 pictures a step, 2,000 steps of Adam at 0.1. There the rate falls
# by 0.7 every 1,000 steps; here it stays.
TEXTURE = GeneratorRecipe(
    norm="batch",
    loss=GatysParameters.derived_from(
        GATYS_DEFAULT, content_layers={}, alpha=0, optimiser=LBFGSSettings(), pooling="max"
    ),
    steps=2000,
)
# Section 4.3: content at relu4_2, 6 sizes of noise.
STYLIZATION = GeneratorRecipe.derived_from(
    TEXTURE, scales=6, loss=GatysParameters.derived_from(GATYS_DEFAULT, optimiser=LBFGSSettings())
)
# Ulyanov et al. 2016b, whose one change it is.
INSTANCE = GeneratorRecipe.derived_from(STYLIZATION, norm="instance")
# For a desk machine: small pictures, few of them, a rate that falls to 0, and a content whose shapes are soon
# learned.
DEFAULT_TRAINING = GeneratorRecipe.derived_from(
    INSTANCE,
    scales=5,
    loss=GatysParameters.derived_from(
        INSTANCE.loss, weights="embedded", content_layers={"relu3_1": 1.0}, alpha=1.5
    ),
    style_size=192,
    crop=64,
    batch=4,
    rate=0.02,
    decay="cosine",
    steps=200,
)
TRAINER = Trainer(
    recipe=GeneratorRecipe,
    presets={
        "texture": TEXTURE,
        "stylization": STYLIZATION,
        "instance": INSTANCE,
        "default": DEFAULT_TRAINING,
    },
    train=imported_later("nstbench.methods.ulyanov2016.training", "train_generator"),
    one_style=True,
)
