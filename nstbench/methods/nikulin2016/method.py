"""Nikulin and Novak 2016, sections 7 and 9: styles that know where things are, or what.

The objective of Gatys et al. 2015 with another style statistic. Its weight is set so that the style
gradient at the start is `strength` times as long as that of the Gram matrices, because the values of
different statistics do not compare. The style is brought to the size of the content.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Literal

from pydantic import Field, model_validator

from nstbench.methods.base import Method, Task
from nstbench.methods.gatys2015.method import NIKULIN, GatysParameters, canonical_ratio

if TYPE_CHECKING:
    from torch import Tensor

    from nstbench.losses.objective import Match
    from nstbench.losses.squared_distance import Distance
    from nstbench.networks.backbone import Backbone
    from nstbench.optim.loop import Outcome


class SpatialParameters(GatysParameters):
    """Gatys' parameters, the statistic, and for `local` the radius of its window in positions.

    `all-pairs` are convolutions of every map with every other, `covariation` is of each style layer with the
    first content layer.
    """

    gradient_normalisation: Literal[False] = False
    statistic: Literal["gram", "convolution", "correlation", "all-pairs", "local", "covariation"]
    radius: int = Field(default=0, ge=0, le=8)
    strength: float = Field(default=1.0, gt=0)

    @model_validator(mode="after")
    def _content_to_covary_with(self) -> "SpatialParameters":
        if self.statistic == "covariation" and not self.content_layers:
            raise ValueError("statistic covariation needs a layer in content_layers; there is none")
        return self


CONVENTIONAL = SpatialParameters.derived_from(NIKULIN, statistic="gram")
SPATIAL = SpatialParameters.derived_from(CONVENTIONAL, statistic="convolution")
LOCAL = SpatialParameters.derived_from(CONVENTIONAL, statistic="local")
CONTENT_AWARE = SpatialParameters.derived_from(CONVENTIONAL, statistic="covariation")
# For a user's own pictures: the statistic that leaves most freedom, a budget for a desk machine.
DEFAULT = SpatialParameters.derived_from(
    CONVENTIONAL, statistic="correlation", pooling="max", evaluations=300
)


def stylize(task: Task[SpatialParameters]) -> "Outcome":
    """The picture of `task`, by descent on its pixels."""
    from nstbench.methods.descent import (
        content_terms,
        descend,
        gradient_length,
        open_backbone,
        start_image,
        style_at_size_of_content,
        style_terms,
        variation_terms,
    )

    parameters = task.parameters
    painting = style_at_size_of_content(task)
    backbone = open_backbone(replace(task, style=painting))
    content = [
        *content_terms(backbone, task.content, parameters.content_layers, parameters.alpha),
        *variation_terms(parameters.tv),
    ]
    conventional = style_terms(backbone, painting, parameters.style_layers)
    if parameters.statistic == "gram" and parameters.strength == 1:
        outcome = descend(task, backbone, [*content, *conventional])
        ratio = canonical_ratio([*content, *conventional])
        return replace(outcome, facts={**outcome.facts, "canonical_ratio": ratio})
    style = unconventional_terms(backbone, painting, parameters)
    start = start_image(task, parameters.init)
    lengths = [gradient_length(backbone, terms, start) for terms in (conventional, style)]
    scale = parameters.strength * lengths[0] / lengths[1] if lengths[1] else 1.0
    scaled = [replace(term, weight=scale * term.weight) for term in style]
    outcome = descend(task, backbone, [*content, *scaled])
    return replace(outcome, facts={**outcome.facts, "style_scale": scale})


def unconventional_terms(
    backbone: "Backbone", painting: "Tensor", parameters: SpatialParameters
) -> "list[Match]":
    """The style terms of the statistic, with the painting (1, 3, H, W) as the target."""
    from nstbench.methods.descent import style_terms

    if parameters.statistic == "covariation":
        return covariation_terms(backbone, painting, parameters)
    distance = distance_from(parameters.statistic, parameters.radius)
    return style_terms(backbone, painting, parameters.style_layers, distance)


def covariation_terms(
    backbone: "Backbone", painting: "Tensor", parameters: SpatialParameters
) -> "list[Match]":
    """w_l times 1/(4 N_l^2 K) |T/M - U/M_s|^2 for each style layer l and the K features of the content's."""
    import torch

    from nstbench.losses.covariation import CovariationDistance
    from nstbench.losses.objective import Match

    content_layer = next(iter(parameters.content_layers))
    with torch.no_grad():
        features = backbone(painting, [content_layer, *parameters.style_layers])
    content = features[content_layer]
    return [
        Match(
            name=f"style/{layer}",
            weight=weight,
            layers=(layer, content_layer),
            factor=0.25 / (features[layer].shape[1] ** 2 * content.shape[1]),
            distance=CovariationDistance(features[layer], content),
        )
        for layer, weight in parameters.style_layers.items()
    ]


def distance_from(statistic: str, radius: int = 0) -> "Callable[[Tensor], Distance]":
    """What makes the distance from a style's features, for every statistic of one layer alone."""
    from nstbench.losses.local_gram import LocalGramDistance, window
    from nstbench.losses.pairwise_convolution import PairwiseConvolution
    from nstbench.losses.pixel_gram import PixelGramDistance
    from nstbench.losses.self_convolution import Autocorrelation, SelfConvolution
    from nstbench.losses.spectral_distance import SpectralDistance
    from nstbench.methods.descent import gram_distance

    match statistic:
        case "gram":
            return gram_distance
        case "convolution":
            return partial(SpectralDistance, convolution=SelfConvolution())
        case "correlation":
            return partial(SpectralDistance, convolution=Autocorrelation())
        case "all-pairs":
            return partial(SpectralDistance, convolution=PairwiseConvolution())
        case _ if radius == 0:
            return PixelGramDistance
        case _:
            return lambda target: LocalGramDistance(target, window(radius))


METHOD = Method(
    id="nikulin2016",
    title="Spatial, local and content-aware style",
    source="Nikulin and Novak 2016, arXiv:1602.07188, sections 7 and 9",
    parameters=SpatialParameters,
    presets={
        "conventional": CONVENTIONAL,
        "spatial": SPATIAL,
        "local": LOCAL,
        "content-aware": CONTENT_AWARE,
        "default": DEFAULT,
    },
    default_preset="default",
    stylize=stylize,
)
