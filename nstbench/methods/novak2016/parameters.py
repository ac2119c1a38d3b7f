"""Novak and Nikulin 2016 as numbers: the parameters and their presets, each with its source; no torch."""

from typing import Literal

from pydantic import Field, model_validator
from typing_extensions import override

from nstbench.methods.gatys2015.parameters import JAIN, NIKULIN, GatysParameters, equal_weights
from nstbench.networks.catalogue import architecture
from nstbench.optim.settings import LBFGSSettings


class NovakParameters(GatysParameters):
    """Gatys' parameters and the four changes; `style_layers` are all of the backbone's unless named.

    `chained` takes the Gram matrices of neighbours among the style layers, `blurred` blurs the enlarged maps
    of the deeper one as often as it lies layers below the other. `weighting` multiplies the weights of the
    style layers, in a chain that of the shallower one, by 1 (`uniform`), by 2 for each layer above the last
    (`shallow`) or below the first (`deep`), or by 1/(N_l N_k) (`channels`).

    Parameters
    ----------
    style_layers
        Weights by layer, above 0.
    shift
        s, added to all features.
    chained
        Whether the Gram matrices are of neighbouring layers.
    blurred
        Whether the enlarged maps are blurred.
    weighting
        "uniform", "shallow", "deep" or "channels".
    """

    style_layers: dict[str, float] = Field(
        default_factory=lambda known: equal_weights(architecture(known["backbone"]).activation_layers)
    )
    shift: float = Field(default=-1.0, allow_inf_nan=False)
    chained: bool = True
    blurred: bool = False
    weighting: Literal["uniform", "shallow", "deep", "channels"]

    @override
    def layers_in_full(self) -> list[str]:
        return [*self.content_layers, *(self.style_layers if self.chained else ())]

    @model_validator(mode="after")
    def _chains_of_something(self) -> "NovakParameters":
        if self.chained and len(self.style_layers) == 1:
            raise ValueError("a chain needs two style layers; name another one, or set chained: false")
        if self.blurred and not self.chained:
            raise ValueError("blurred is about chains; set chained: true, or blurred: false")
        for layer, weight in self.style_layers.items():
            if weight <= 0:
                raise ValueError(f"style_layers: the weight of {layer} is {weight:g}; allowed: above 0")
        return self


# Jain and Venkitachalam, section 2.2, and their code's configurations of these names.
IMPROVED = NovakParameters.derived_from(JAIN, weighting="shallow")
RECOMMENDED = NovakParameters.derived_from(IMPROVED, weighting="channels", content_layers={"relu5_2": 1.0})


def doubling_weights(layers: tuple[str, ...]) -> dict[str, float]:
    """Weigh each layer twice as much as the one before.

    Parameters
    ----------
    layers
        Their names, from the input on.

    Returns
    -------
    dict
        Weights that sum to 1, by layer.
    """
    return {layer: 2.0**number / (2.0 ** len(layers) - 1) for number, layer in enumerate(layers)}


# The paper weighs content 2^d over the layers used, which it does not list: here all. The rest is the
# authors' earlier code's.
PAPER = NovakParameters.derived_from(
    NIKULIN,
    weighting="shallow",
    content_layers=doubling_weights(architecture("vgg19").activation_layers),
)
# For a user's own pictures, chosen by eye: a content weight that keeps faces, a budget for a desk machine.
DEFAULT = NovakParameters.derived_from(
    IMPROVED, normalisation="mean-1", alpha=2e-3, optimiser=LBFGSSettings(), evaluations=300
)

PRESETS = {"paper": PAPER, "improved": IMPROVED, "recommended": RECOMMENDED, "default": DEFAULT}
