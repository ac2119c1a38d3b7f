"""How an inverse network is trained: what decides its weights besides the pictures; what its card says."""

from typing import Literal, Self

from pydantic import Field

from nstbench.core.configuration import Seed
from nstbench.methods.base import imported_later
from nstbench.networks.catalogue import ARCHITECTURES
from nstbench.networks.feedforward.inventory import Card
from nstbench.networks.training.trainer import Recipe, Trainer
from nstbench.networks.weight_sources import weights_for

# Where patches are swapped (section 5.1).
LAYER = "relu3_1"

Backbone = Literal["vgg16", "vgg19"]
Normalisation = Literal["mean-1", "none"]
Norm = Literal["none", "instance"]


class InverseRecipe(Recipe):
    """The encoder, the network, the loss, and the schedule.

    Parameters
    ----------
    backbone, weights
        The encoder.
    normalisation
        Of the encoder's activations.
    norm
        Of the network's layers.
    tv_weight
        lambda, of the total variation of what the network makes.
    identity_weight
        Of giving pictures back as they are, which is not in Chen and Schmidt.
    crop
        Side of contents and styles in pixels.
    batch
        Contents, and styles, a step.
    rate, decay
        Adam's learning rate, and whether it falls to 0 along a cosine.
    seed
        Of the first weights and the crops.
    """

    backbone: Backbone = "vgg19"
    weights: str = Field(default_factory=lambda known: weights_for(ARCHITECTURES[known["backbone"]]))
    normalisation: Normalisation = "none"
    norm: Norm = "instance"
    tv_weight: float = Field(default=1e-6, ge=0)
    identity_weight: float = Field(default=0.0, ge=0)
    crop: int = Field(default=256, ge=32, le=1024)
    batch: int = Field(default=2, ge=1, le=64)
    rate: float = Field(default=1e-3, gt=0)
    decay: Literal["none", "cosine"] = "none"
    seed: Seed = 0

    def with_weights(self, weights: str) -> Self:
        """The recipe with other weights of the encoder.

        Parameters
        ----------
        weights
            As of `load_backbone`; the embedded ones for a network without original ones.

        Returns
        -------
        InverseRecipe
            Otherwise the same.
        """
        return self.derived_from(self, weights=weights_for(ARCHITECTURES[self.backbone], weights))


class InverseCard(Card):
    """What the card of an inverse network says of its size and of its encoder.

    Parameters
    ----------
    backbone, weights, normalisation
        The encoder.
    norm
        Of the network's layers.
    """

    backbone: Backbone
    weights: str
    normalisation: Normalisation
    norm: Norm


# Section 5.2: two contents and two styles a step, Adam at 1e-3, 80,000 pictures in two epochs.
PAPER = InverseRecipe(steps=80_000)
# For a desk machine: small crops, and a rate that falls to 0. Without the identity the network puts marks of
# its own where this encoder does not see them; instance normalisation takes away how bright a picture is.
DEFAULT_TRAINING = InverseRecipe(
    weights="embedded",
    norm="none",
    identity_weight=50.0,
    tv_weight=0.1,
    crop=96,
    rate=2e-3,
    decay="cosine",
    steps=300,
)
TRAINER = Trainer(
    recipe=InverseRecipe,
    presets={"paper": PAPER, "default": DEFAULT_TRAINING},
    train=imported_later("nstbench.methods.chen2016.training", "train_inverse"),
    one_style=False,
)
