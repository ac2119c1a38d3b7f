"""The algorithm of Gatys et al. 2015: a descent on the pixels towards a content and a style.

    L = alpha sum_l v_l 1/(2 N_l M_l) |F_l - P_l|^2  +  sum_l w_l 1/(4 N_l^2) |G_l/M_l - A_l/M_l|^2

The content term is divided by the number of its features, so that alpha means the same at every size.
The paper's own ratio is alpha/beta = alpha / (N M) of the content layer.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial

import torch
from torch import Tensor

from nstbench.losses.content import ContentLoss
from nstbench.losses.distances import Distance, gradient_normalised_distance, squared_distance
from nstbench.losses.gram import GramLoss
from nstbench.losses.guidance import GuidedLoss, guided
from nstbench.losses.objective import Objective, Term
from nstbench.losses.strips import losses_by_strips
from nstbench.methods.base import Task
from nstbench.methods.descent import descend, open_backbone, variation_terms
from nstbench.methods.gatys2015.parameters import GatysParameters
from nstbench.methods.styles import CONTENT, SharedStyle, styles_of
from nstbench.networks.backbone import Backbone
from nstbench.optim.loop import Outcome


async def stylize(task: Task[GatysParameters]) -> Outcome:
    """Make a picture by descent on its pixels.

    Parameters
    ----------
    task
        Content and style (1, 3, H, W), RGB in [0, 1], and how.

    Returns
    -------
    Outcome
        The picture, not clipped; its facts name the pictures that the network was normalised on, and the
        paper's ratio alpha/beta.

    Raises
    ------
    InputError
        When a picture is too small for the network, or the descent diverges.

    References
    ----------
    Gatys, Ecker and Bethge 2015, arXiv:1508.06576.
    """
    backbone = open_backbone(task)
    terms = terms_of(task, backbone)
    return await descend(task, backbone, Objective(backbone, terms), ratio_of(task.parameters, terms))


def terms_of(task: Task[GatysParameters], backbone: Backbone) -> list[Term]:
    """Make the terms of the objective, with their targets.

    Parameters
    ----------
    task
        Content and style (1, 3, H, W), RGB in [0, 1], and the weights.
    backbone
        The network that the parameters name.

    Returns
    -------
    list of Term
        Content, total variation, and style.
    """
    parameters = task.parameters
    loss_from = partial(GramLoss, distance=distance_of(parameters))
    terms = terms_besides_style(parameters, backbone, task.content, task.visible.get(CONTENT))
    for style in styles_of(task, parameters.blend):
        terms += shared_style_terms(backbone, style, style.weights(parameters.style_layers), loss_from)
    return terms


def terms_besides_style(
    parameters: GatysParameters, backbone: Backbone, content: Tensor, visible: Tensor | None = None
) -> list[Term]:
    """Make the terms that methods with another style share with this one.

    Parameters
    ----------
    parameters
        The weights.
    backbone
        The network that they name.
    content
        (B, 3, H, W), RGB in [0, 1].
    visible
        What of the content counts, (1, 1, H, W) in [0, 1]; None for all of it.

    Returns
    -------
    list of Term
        Content and total variation.
    """
    layers, distance = parameters.content_layers, distance_of(parameters)
    return [
        *content_terms(backbone, content, layers, parameters.alpha, distance, visible),
        *variation_terms(parameters.tv, visible),
    ]


@torch.no_grad()
def content_terms(
    backbone: Backbone,
    content: Tensor,
    layers: Mapping[str, float],
    alpha: float,
    distance: Distance = squared_distance,
    visible: Tensor | None = None,
) -> list[Term]:
    """Make a content loss for each layer l, weighted by alpha v_l.

    Parameters
    ----------
    backbone
        The network that features are taken from.
    content
        (B, 3, H, W), RGB in [0, 1].
    layers
        v_l >= 0 by layer.
    alpha
        The weight of content as a whole.
    distance
        How features are compared.
    visible
        What of the content counts, (1, 1, H, W) in [0, 1]; None for all of it.

    Returns
    -------
    list of Term
        One a layer, `content/<layer>`.
    """
    features, loss_from = backbone(content, layers), partial(ContentLoss, distance=distance)
    return [
        Term(
            f"content/{layer}",
            alpha * weight,
            (layer,),
            guided(loss_from, [features[layer]], visible, visible),
        )
        for layer, weight in layers.items()
    ]


@torch.no_grad()
def style_terms(
    backbone: Backbone,
    style: Tensor,
    layers: Mapping[str, float],
    loss_from: Callable[[Tensor], Callable[..., Tensor]] = GramLoss,
    name: str = "style",
) -> list[Term]:
    """Make a style loss for each layer l, weighted by w_l.

    Parameters
    ----------
    backbone
        The network that features are taken from.
    style
        (1, 3, H, W), RGB in [0, 1].
    layers
        w_l >= 0 by layer.
    loss_from
        Makes the loss from the style's features (1, N, h, w) in a layer.
    name
        The beginning of the terms' names.

    Returns
    -------
    list of Term
        One a layer, `<name>/<layer>`.
    """
    if backbone.in_one_piece(style):
        losses = {layer: loss_from(features) for layer, features in backbone(style, layers).items()}
    else:
        losses = losses_by_strips(backbone, style, layers, loss_from)
    return [Term(f"{name}/{layer}", weight, (layer,), losses[layer]) for layer, weight in layers.items()]


@torch.no_grad()
def shared_style_terms(
    backbone: Backbone,
    style: SharedStyle,
    layers: Mapping[str, float],
    loss_from: Callable[[Tensor], Callable[..., Tensor]] = GramLoss,
    guide: Callable[..., Callable[..., Tensor]] = guided,
) -> list[Term]:
    """Make the style losses of one of several styles, which may go to a region or be visible in part.

    Parameters
    ----------
    backbone
        The network that features are taken from.
    style
        The picture, what of it counts, and where it goes.
    layers
        w_l >= 0 by layer.
    loss_from
        Makes the loss from the style's features (1, N, h, w) in a layer.
    guide
        `guided`, or `of_positions` for a loss that is no mean of products.

    Returns
    -------
    list of Term
        One a layer, `<name of the style>/<layer>`.

    References
    ----------
    Gatys et al. 2017, arXiv:1611.07865, section 4.
    """
    if not style.guided:
        return style_terms(backbone, style.picture, layers, loss_from, style.name)
    features = backbone(style.picture, layers)
    return [
        Term(
            f"{style.name}/{layer}",
            weight,
            (layer,),
            guide(loss_from, [features[layer]], style.visible, style.region),
        )
        for layer, weight in layers.items()
    ]


def distance_of(parameters: GatysParameters) -> Distance:
    """Say how statistics are compared.

    Parameters
    ----------
    parameters
        Whether gradients are normalised.

    Returns
    -------
    Distance
        The squared distance, or Tai's.
    """
    return gradient_normalised_distance if parameters.gradient_normalisation else squared_distance


def ratio_of(parameters: GatysParameters, terms: Sequence[Term]) -> dict[str, float]:
    """Give the paper's ratio of weights as a fact of a run.

    Parameters
    ----------
    parameters
        Whether gradients are normalised.
    terms
        Of the objective.

    Returns
    -------
    dict
        `canonical_ratio`; nothing for Tai's normalised gradients, which belong to no weighted sum.
    """
    return {} if parameters.gradient_normalisation else {"canonical_ratio": canonical_ratio(terms)}


def canonical_ratio(terms: Sequence[Term]) -> float:
    """Express the weights as the paper does, alpha 1/2 |F - P|^2 + beta sum_l w_l E_l with sum w_l = 1.

    Parameters
    ----------
    terms
        Of an objective.

    Returns
    -------
    float
        alpha/beta; infinite without style.

    References
    ----------
    Gatys, Ecker and Bethge 2015, arXiv:1508.06576, eq. 7.
    """
    content = sum(
        2 * term.loss.factor * term.weight
        for term in terms
        if isinstance(term.loss, ContentLoss | GuidedLoss) and term.name.startswith("content/")
    )
    style = sum(term.weight for term in terms if term.name.startswith("style"))
    return content / style if style else math.inf
