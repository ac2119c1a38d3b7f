"""Nikulin and Novak 2016, sections 7 and 9: styles that know where things are, or what.

The objective of Gatys et al. 2015 with another style statistic. Its weight is set so that the style
gradient at the start is `strength` times as long as that of the Gram matrices, because the values of
different statistics do not compare. The style is brought to the size of the content.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

import torch
from torch import Tensor, nn

from nstbench.losses.covariation import CovariationLoss
from nstbench.losses.gram import GramLoss
from nstbench.losses.guidance import guided
from nstbench.losses.local_gram import LocalGramLoss, PixelGramLoss, window
from nstbench.losses.objective import Objective, Term
from nstbench.losses.self_convolution import (
    AutocorrelationLoss,
    PairwiseConvolutionLoss,
    SelfConvolutionLoss,
)
from nstbench.methods.base import Task
from nstbench.methods.descent import (
    descend,
    gradient_length,
    open_backbone,
    start_image,
    style_at_size_of_content,
)
from nstbench.methods.gatys2015.algorithm import canonical_ratio, shared_style_terms, terms_besides_style
from nstbench.methods.nikulin2016.parameters import SpatialParameters
from nstbench.methods.styles import CONTENT, SharedStyle
from nstbench.networks.backbone import Backbone
from nstbench.optim.loop import Outcome

# Every statistic of one layer alone, but for windows of more than one position.
LOSSES: Mapping[str, Callable[[Tensor], nn.Module]] = {
    "gram": GramLoss,
    "convolution": SelfConvolutionLoss,
    "correlation": AutocorrelationLoss,
    "all-pairs": PairwiseConvolutionLoss,
    "local": PixelGramLoss,
}


async def stylize(task: Task[SpatialParameters]) -> Outcome:
    """Make a picture by descent on its pixels.

    Parameters
    ----------
    task
        Content and style (1, 3, H, W), RGB in [0, 1], and how.

    Returns
    -------
    Outcome
        The picture, not clipped; its facts name the pictures that the network was normalised on, and the
        scale of the style's weights, or with Gram matrices as they are the ratio of Gatys et al.

    Raises
    ------
    InputError
        When a picture is too small for the network, or the descent diverges.

    References
    ----------
    Nikulin and Novak 2016, arXiv:1602.07188, sections 7 and 9.
    """
    parameters = task.parameters
    painting = style_at_size_of_content(task)
    backbone = open_backbone(replace(task, style=painting))
    visible = task.visible.get(CONTENT)
    content = terms_besides_style(parameters, backbone, task.content, visible)
    # Both pictures have one size, so what is hidden in the content is not looked at in the style, either.
    seen = SharedStyle("style", painting, 1.0, 1.0, visible, visible)
    style = conventional = shared_style_terms(backbone, seen, parameters.style_layers)
    if parameters.statistic == "gram" and parameters.strength == 1:
        facts = {"canonical_ratio": canonical_ratio([*content, *style])}
    else:
        own = statistic_terms(parameters, backbone, seen)
        start = start_image(task, parameters.init)
        lengths = [gradient_length(backbone, terms, start) for terms in (conventional, own)]
        # At the style itself there is no gradient to compare.
        scale = parameters.strength * lengths[0] / lengths[1] if lengths[1] else 1.0
        style = [replace(term, weight=scale * term.weight) for term in own]
        facts = {"style_scale": scale}
    return await descend(task, backbone, Objective(backbone, [*content, *style]), facts)


def statistic_terms(parameters: SpatialParameters, backbone: Backbone, style: SharedStyle) -> list[Term]:
    """Make the style terms of the statistic.

    Parameters
    ----------
    parameters
        The statistic, and the weights of the style layers.
    backbone
        The network that they name.
    style
        Of the content's size, as is what of it counts.

    Returns
    -------
    list of Term
        One a style layer, `style/<layer>`.
    """
    if parameters.statistic == "covariation":
        return covariation_terms(parameters, backbone, style.picture, style.visible)
    loss_from = statistic_loss(parameters.statistic, parameters.radius)
    return shared_style_terms(backbone, style, parameters.style_layers, loss_from)


@torch.no_grad()
def covariation_terms(
    parameters: SpatialParameters, backbone: Backbone, painting: Tensor, visible: Tensor | None = None
) -> list[Term]:
    """Make the covariation loss of each style layer with the first content layer.

    Parameters
    ----------
    parameters
        Layers, and the weights of the style layers.
    backbone
        The network that they name.
    painting
        The style (1, 3, H, W), RGB in [0, 1].
    visible
        What of both pictures counts, (1, 1, H, W) in [0, 1]; None for all of it.

    Returns
    -------
    list of Term
        One a style layer, `style/<layer>`.
    """
    content_layer = next(iter(parameters.content_layers))
    features = backbone(painting, [content_layer, *parameters.style_layers])
    return [
        Term(
            name=f"style/{layer}",
            weight=weight,
            layers=(layer, content_layer),
            loss=guided(CovariationLoss, [features[layer], features[content_layer]], visible, visible),
        )
        for layer, weight in parameters.style_layers.items()
    ]


def statistic_loss(statistic: str, radius: int = 0) -> Callable[[Tensor], nn.Module]:
    """Say which loss a statistic has.

    Parameters
    ----------
    statistic
        Any of one layer alone: `gram`, `convolution`, `correlation`, `all-pairs` or `local`.
    radius
        Of the window of `local`, in positions.

    Returns
    -------
    Callable
        Makes the loss from a style's features (1, N, H, W).
    """
    if statistic == "local" and radius > 0:
        return lambda target: LocalGramLoss(target, window(radius))
    return LOSSES[statistic]
