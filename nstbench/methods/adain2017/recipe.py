"""How a decoder is trained: all that decides its weights besides the pictures."""

from typing import Annotated, Literal, Self

from pydantic import Field

from nstbench.core.configuration import Seed
from nstbench.networks.training.trainer import Recipe


class DecoderRecipe(Recipe):
    """The encoder, the decoder's normalisation, the loss, and the schedule.

    `normalisation` is that of the encoder's activations, `norm` that of the decoder's layers.
    `style_weight` is lambda, `identity_weight` that of giving contents back as they are, which is not in
    Huang and Belongie. `crop` is the side in pixels of contents and styles, `rate` Adam's, which may decay as
    rate / (1 + 5e-5 step), or to 0 along a cosine. `stages` says how many times on the way the weights are
    kept, the last time at the end. The training is launched anew after each of the shares `relaunches` of its
    steps; it then goes on with `relaunch_keeps`: all, or the weights alone, with Adam, the schedule of the
    rate and the order of the pictures from their start.
    """

    backbone: Literal["vgg16", "vgg19"] = "vgg19"
    weights: str = "embedded"
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
        return self.derived_from(self, weights=weights)
