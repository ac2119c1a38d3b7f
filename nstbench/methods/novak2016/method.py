"""Novak and Nikulin 2016: Gram matrices that tell more, as Jain and Venkitachalam use them.

The objective of Gatys et al. 2015 with four changes of its style, each of which can be had alone: activations
shifted by s = -1, all layers instead of five, each layer's products with the next one's instead of its own
(chains), and weights that halve from layer to layer:

    L_s = sum_lk w_lk 1/(4 N_l N_k) |C_lk - A_lk|^2,   C_lk = (F_l + s) (up(F_k) + s)^T / M_l,   sum w_lk = 1

Layers are activations after the ReLU; a block of branches counts as one.
"""

import itertools
from functools import partial
from typing import TYPE_CHECKING, Literal

from pydantic import Field, model_validator

from nstbench.methods.base import Method, Task
from nstbench.methods.gatys2015.method import (
    JAIN,
    NIKULIN,
    GatysParameters,
    descent_on,
    distance_of,
    equal_weights,
    terms_besides_style,
)
from nstbench.networks.catalogue import architecture
from nstbench.optim.settings import LBFGSSettings

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

    from nstbench.losses.objective import Match
    from nstbench.networks.backbone import Backbone
    from nstbench.optim.loop import Outcome

# The one or two layers that a Gram matrix is of, the shallower first.
Link = tuple[str, ...]


class NovakParameters(GatysParameters):
    """Gatys' parameters and the four changes; `style_layers` are all of the backbone's unless named.

    `chained` takes the Gram matrices of neighbours among the style layers, `blurred` blurs the enlarged maps
    of the deeper one as often as it lies layers below the other. `weighting` multiplies the weights of the
    style layers, in a chain that of the shallower one, by 1 (`uniform`), by 2 for each layer above the last
    (`shallow`) or below the first (`deep`), or by 1/(N_l N_k) (`channels`).
    """

    style_layers: dict[str, float] = Field(
        default_factory=lambda known: equal_weights(architecture(known["backbone"]).activation_layers)
    )
    shift: float = Field(default=-1.0, allow_inf_nan=False)
    chained: bool = True
    blurred: bool = False
    weighting: Literal["uniform", "shallow", "deep", "channels"]

    @model_validator(mode="after")
    def _chains_of_something(self) -> "NovakParameters":
        if self.chained and len(self.style_layers) == 1:
            raise ValueError("a chain needs two style_layers; name another, or set chained: false")
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
    """Weights that double from layer to layer and sum to 1."""
    return {layer: 2.0**number / (2.0 ** len(layers) - 1) for number, layer in enumerate(layers)}


# The paper weighs content 2^d over the layers used, which it does not list: here all. The rest is the
# authors' earlier code's.
PAPER = NovakParameters.derived_from(
    NIKULIN,
    weighting="shallow",
    content_layers=doubling_weights(architecture("vgg19").activation_layers),
)
# For a user's own pictures, chosen by eye: a content weight that keeps faces, a budget for a desk machine.
DEFAULT = NovakParameters.derived_from(IMPROVED, alpha=2e-3, optimiser=LBFGSSettings(), evaluations=300)


def stylize(task: Task[NovakParameters]) -> "Outcome":
    """The picture of `task`, by descent on its pixels."""
    return descent_on(terms_of, task)


def terms_of(task: Task[NovakParameters], backbone: "Backbone") -> "list[Match]":
    """Content and style terms of `task`, with their targets."""
    return [*terms_besides_style(task, backbone), *style_terms(task, backbone)]


def style_terms(task: Task[NovakParameters], backbone: "Backbone") -> "list[Match]":
    """w_lk times 1/(4 N_l N_k) of the squared distance from the style's Gram matrix, for each link."""
    import torch

    from nstbench.losses.objective import Match

    parameters = task.parameters
    with torch.no_grad():
        features = backbone(task.style, parameters.style_layers)
    terms = []
    for link, weight in link_weights(parameters).items():
        target = [features[layer] for layer in link]
        factor = 0.25 / (target[0].shape[1] * target[-1].shape[1])
        distance = distance_of(parameters)(statistic_of(link, parameters), *target)
        terms.append(Match(f"style/{'-'.join(link)}", weight, link, factor, distance))
    return terms


def statistic_of(link: Link, parameters: NovakParameters) -> "Callable[..., Tensor]":
    """The Gram matrix of one layer's features, or of two layers'."""
    from nstbench.losses.binomial_blur import binomial_blur
    from nstbench.losses.chained_gram import chained_gram
    from nstbench.losses.gram import gram

    if not parameters.chained:
        return partial(gram, shift=parameters.shift)
    if not parameters.blurred:
        return partial(chained_gram, shift=parameters.shift)
    shallow, deep = link
    times = layers_between(shallow, deep, parameters.backbone)
    return lambda left, right: chained_gram(binomial_blur(left, times), right, parameters.shift)


def layers_between(shallow: str, deep: str, backbone: str) -> int:
    """How many layers of activations follow `shallow`, down to `deep`."""
    order = architecture(backbone).layer_names.index
    return sum(
        order(shallow) < order(layer) <= order(deep) for layer in architecture(backbone).activation_layers
    )


def link_weights(parameters: NovakParameters) -> dict[Link, float]:
    """The weight of each Gram matrix, from the input on; they sum to 1."""
    links = links_of(parameters)
    factors = weighting_factors(links, parameters)
    relative = [
        parameters.style_layers[link[0]] * factor for link, factor in zip(links, factors, strict=True)
    ]
    return {link: weight / sum(relative) for link, weight in zip(links, relative, strict=True)}


def links_of(parameters: NovakParameters) -> list[Link]:
    """The layers of each Gram matrix, from the input on."""
    order = architecture(parameters.backbone).layer_names
    layers = sorted(parameters.style_layers, key=order.index)
    return list(itertools.pairwise(layers)) if parameters.chained else [(layer,) for layer in layers]


def weighting_factors(links: list[Link], parameters: NovakParameters) -> list[float]:
    """What `weighting` multiplies the weight of each link by, up to a common factor."""
    match parameters.weighting:
        case "uniform":
            return [1.0 for _ in links]
        case "shallow":
            return [0.5**number for number, _ in enumerate(links)]
        case "deep":
            return [2.0**number for number, _ in enumerate(links)]
        case "channels":
            channels = architecture(parameters.backbone).channels
            return [1 / (channels(link[0]) * channels(link[-1])) for link in links]


METHOD = Method(
    id="novak2016",
    title="Improved style: shifted, chained Gram matrices of all layers",
    source="Novak and Nikulin 2016, arXiv:1605.04603",
    parameters=NovakParameters,
    presets={"paper": PAPER, "improved": IMPROVED, "recommended": RECOMMENDED, "default": DEFAULT},
    default_preset="default",
    stylize=stylize,
    terms_of=terms_of,
)
