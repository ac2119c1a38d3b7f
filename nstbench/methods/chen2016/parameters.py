"""Chen and Schmidt 2016 as numbers: parameters and presets of both methods, with their sources; no torch."""

import math
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import Field
from typing_extensions import override

from nstbench.methods.base import Parameters, Size, StyleShares, TotalVariation
from nstbench.methods.chen2016.recipe import LAYER, InverseCard
from nstbench.methods.gatys2015.parameters import DEFAULT as GATYS_DEFAULT
from nstbench.methods.gatys2015.parameters import GatysParameters, LayerWeights
from nstbench.networks.catalogue import architecture
from nstbench.networks.feedforward.inventory import checked_card, locate_network, read_card
from nstbench.networks.weight_sources import RANDOM_WIDTHS, locate_weights
from nstbench.optim.settings import LBFGSSettings

if TYPE_CHECKING:
    from nstbench.core.hardware import Hardware

# As measured at half width: features and what is made of them.
BYTES_PER_PIXEL = 1000
# Products of a row of positions with all of the style's, and sums of them, on the way.
ROWS_OF_PRODUCTS = 7


class SwapParameters(Parameters):
    """Which inverse network.

    Parameters
    ----------
    network
        The name of a shipped one, the id of a training of the pipeline, or a file.
    """

    network: str

    def weight_files(self) -> list[Path]:
        """The network's, and those of the encoder that its card names."""
        file = locate_network(self.network)
        said = read_card(file)
        if said.get("kind") != "inverse":
            return [file]
        card = checked_card(file, said, InverseCard)
        if card.weights in RANDOM_WIDTHS:
            return [file]
        return [file, locate_weights(architecture(card.backbone), card.weights)]


class SwapDescentParameters(GatysParameters):
    """Gatys' parameters without a content of its own, whose patches the style's features take over.

    Parameters
    ----------
    content_layers
        None.
    blend
        Nothing: there is one style.
    style_layers
        Weights of the layers in which patches are swapped; the paper has one.
    """

    content_layers: LayerWeights = Field(default={}, max_length=0)
    style_layers: LayerWeights = Field(default={LAYER: 1.0}, min_length=1)
    alpha: Literal[0] = 0
    gradient_normalisation: Literal[False] = False
    blend: StyleShares = Field(default={}, max_length=0)

    @override
    def layers_in_full(self) -> list[str]:
        return [*self.style_layers]


def memory(parameters: SwapParameters, content: Size, style: Size, hardware: "Hardware") -> float:
    """Estimate what a pass needs.

    Parameters
    ----------
    parameters
        The network.
    content, style
        Heights and widths in pixels.
    hardware
        Where, and in which precision.

    Returns
    -------
    float
        Bytes at the peak.
    """
    width = float(read_card(locate_network(parameters.network)).get("width", 1.0))
    # A position of the layer is 4 x 4 pixels.
    products = 4 * ROWS_OF_PRODUCTS * content[1] / 4 * math.prod(style) / 16
    return max(math.prod(content), math.prod(style)) * BYTES_PER_PIXEL * width + products + 3e8


DEFAULT = SwapParameters(network="style_swap")
PRESETS = {"default": DEFAULT}
# Section 5: relu3_1, patches of 3 x 3, from noise. Its total variation weighs 1e-6 in bytes, beside sums over
# the features of the original network; the weight here is ours, by eye.
PAPER = SwapDescentParameters(
    pooling="max",
    init="noise",
    tv=TotalVariation(form="squared", weight=5.0),
    optimiser=LBFGSSettings(),
    evaluations=300,
)
# For a user's own pictures: from the content, whose large shapes are then right at once.
DESCENT_DEFAULT = SwapDescentParameters.derived_from(
    PAPER, init="content", optimiser=GATYS_DEFAULT.optimiser, evaluations=150
)
DESCENT_PRESETS = {"paper": PAPER, "default": DESCENT_DEFAULT}
