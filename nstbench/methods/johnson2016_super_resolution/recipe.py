"""How an enlarging network is trained: all that decides its weights besides the pictures."""

from typing import Literal, Self

from pydantic import Field

from nstbench.core.configuration import Seed
from nstbench.networks.training.trainer import Recipe


class EnlargerRecipe(Recipe):
    """The network, its loss, and the schedule.

    Parameters
    ----------
    loss
        "pixel": mean squared difference of the colours; "perceptual": of features of VGG-19 at relu2_2.
    pixel_weight
        Of the pixel loss beside the perceptual one, from 0.
    width
        Channels relative to the 64 of the original network, in (0, 1].
    weights
        Of VGG-19, as of `load_backbone`.
    crop, batch
        Side in pixels of the photographs' crops, a multiple of 4, and how many of them a step takes.
    rate
        Adam's learning rate, which falls to 0 along a cosine.
    seed
        Of the first weights and the crops.
    """

    loss: Literal["pixel", "perceptual"]
    pixel_weight: float = Field(default=0.0, ge=0)
    width: float = Field(default=1.0, gt=0, le=1)
    weights: str = "original"
    crop: int = Field(default=288, ge=32, le=1024, multiple_of=4)
    batch: int = Field(default=4, ge=1, le=64)
    rate: float = Field(default=1e-3, gt=0)
    seed: Seed = 0

    def with_weights(self, weights: str) -> Self:
        """The recipe with other weights of the loss network.

        Parameters
        ----------
        weights
            As of `load_backbone`.

        Returns
        -------
        EnlargerRecipe
            Otherwise the same.
        """
        return self.derived_from(self, weights=weights)


# Section 4.2: crops of 288 px, batches of 4, a rate of 1e-3, 200,000 steps, relu2_2.
JOHNSON = EnlargerRecipe(loss="perceptual", steps=200_000)
# For a core and seconds: a quarter of the channels. Features alone leave a pattern of single pixels, which in
# so short a training fades only where pixels count as well; their weight makes both losses about as large.
DEFAULT_TRAINING = EnlargerRecipe(
    loss="perceptual", pixel_weight=300.0, width=0.25, weights="embedded", crop=96, batch=4, steps=600
)
