"""How a decoder is trained: all that decides its weights besides the pictures; what its card says."""

from typing import Annotated, Literal, Self

from pydantic import Field

from nstbench.core.configuration import Evaluations, Seed
from nstbench.networks.catalogue import ARCHITECTURES
from nstbench.networks.feedforward.inventory import Card
from nstbench.networks.training.trainer import Recipe
from nstbench.networks.weight_sources import weights_for


class DecoderRecipe(Recipe):
    """The encoder, the decoder's normalisation, the loss, and the schedule.

    Parameters
    ----------
    backbone, weights
        The encoder.
    normalisation
        Of the encoder's activations.
    norm
        Of the decoder's layers.
    loss
        How differences of features and of moments become numbers (`nstbench.methods.adain2017.loss`).
    style_weight
        lambda.
    identity_weight
        Of giving contents back as they are, which is not in Huang and Belongie.
    crop
        Side of contents and styles in pixels.
    batch
        Contents, and styles, a step.
    rate, decay
        Adam's learning rate, which may fall as rate / (1 + 5e-5 step), or to 0 along a cosine.
    stages
        How many times on the way the weights are kept, the last time at the end.
    relaunches
        Shares of the steps after each of which the training is launched anew.
    relaunch_keeps
        What it then goes on with: all, or the weights alone, with Adam, the schedule of the rate and the
        order of the pictures from their start.
    seed
        Of the first weights and the crops.
    """

    backbone: Literal["vgg16", "vgg19"] = "vgg19"
    weights: str = Field(default_factory=lambda known: weights_for(ARCHITECTURES[known["backbone"]]))
    normalisation: Literal["mean-1", "none"] = "mean-1"
    norm: Literal["none", "instance", "batch"] = "none"
    loss: Literal["squared", "literal", "summed"] = "squared"
    style_weight: float = Field(default=10.0, ge=0)
    identity_weight: float = Field(default=0.0, ge=0)
    crop: int = Field(default=256, ge=32, le=1024)
    batch: int = Field(default=8, ge=1, le=64)
    rate: float = Field(default=1e-4, gt=0)
    decay: Literal["none", "inverse", "cosine"] = "inverse"
    stages: int = Field(default=1, ge=1, le=20)
    relaunches: tuple[Annotated[float, Field(gt=0, lt=1)], ...] = ()
    relaunch_keeps: Literal["all", "weights"] = "all"
    seed: Seed = 0

    def with_weights(self, weights: str) -> Self:
        """The recipe with other weights of the encoder.

        Parameters
        ----------
        weights
            As of `load_backbone`; the embedded ones for a network without original ones.

        Returns
        -------
        DecoderRecipe
            Otherwise the same.
        """
        return self.derived_from(self, weights=weights_for(ARCHITECTURES[self.backbone], weights))


class DecoderCard(Card):
    """What the card of a decoder says of its size and of its encoder.

    Parameters
    ----------
    backbone, weights, normalisation
        The encoder.
    encoder_sha256
        Of the file that its weights were read from; None in files that do not say so, and for random weights.
    norm
        Of the decoder's layers.
    stages
        The steps of the training after which its weights were kept, one at least.
    """

    backbone: Literal["vgg16", "vgg19"]
    weights: str
    encoder_sha256: str | None = Field(default=None, pattern="^[0-9a-f]{64}$")
    normalisation: Literal["mean-1", "none"]
    norm: Literal["none", "instance", "batch"]
    stages: list[Evaluations] = Field(min_length=1)


# Soboleva, section Training; what is not given there is as in naoto0804's code (rate, its decay, and the form
# of the losses, in which the weight of 10 is usual). Ours are crops of pictures shrunk to 288 px, not 512.
SOBOLEVA = DecoderRecipe(steps=100_000, stages=5)
# The losses as Soboleva writes them: lengths of differences, not their squares.
LITERAL = DecoderRecipe.derived_from(SOBOLEVA, loss="literal")
# As in Huang and Belongie's code: squares summed over channels, for 160,000 steps.
HUANG = DecoderRecipe(loss="summed", style_weight=1e-2, steps=160_000)
# For a desk machine: smaller crops, and a rate that falls to 0. Channels of the embedded encoder have like
# deviations as they were trained, with batch normalisation; at a mean of 1 the rare ones would dominate.
# Without the identity the decoder puts marks of its own on every edge, which this encoder does not see.
DEFAULT_TRAINING = DecoderRecipe(
    weights="embedded",
    normalisation="none",
    identity_weight=50.0,
    crop=128,
    batch=2,
    rate=1e-3,
    decay="cosine",
    steps=5500,
)
