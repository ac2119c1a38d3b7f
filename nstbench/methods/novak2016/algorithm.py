"""The algorithm of Novak and Nikulin 2016: Gram matrices that tell more, as Jain and Venkitachalam use them.

The objective of Gatys et al. 2015 with four changes of its style, each of which can be had alone: activations
shifted by s = -1, all layers instead of five, each layer's products with the next one's instead of its own
(chains), and weights that halve from layer to layer:

    L_s = sum_lk w_lk 1/(4 N_l N_k) |C_lk - A_lk|^2,   C_lk = (F_l + s) (up(F_k) + s)^T / M_l,   sum w_lk = 1

Layers are activations after the ReLU; a block of branches counts as one.
"""

import itertools
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import torch
from torch import Tensor

from nstbench.losses.chained_gram import ChainedGramLoss
from nstbench.losses.gram import GramLoss
from nstbench.losses.guidance import guided
from nstbench.losses.objective import Objective, Term
from nstbench.methods.base import Task
from nstbench.methods.descent import descend, open_backbone
from nstbench.methods.gatys2015.algorithm import distance_of, ratio_of, terms_besides_style
from nstbench.methods.novak2016.parameters import NovakParameters
from nstbench.methods.styles import CONTENT, styles_of
from nstbench.networks.backbone import Backbone
from nstbench.networks.catalogue import architecture
from nstbench.optim.loop import Outcome

# The one or two layers that a Gram matrix is of, the shallower first.
Link = tuple[str, ...]


async def stylize(task: Task[NovakParameters]) -> Outcome:
    """Make a picture by descent on its pixels.

    Parameters
    ----------
    task
        Content and style (1, 3, H, W), RGB in [0, 1], and how.

    Returns
    -------
    Outcome
        The picture, not clipped; its facts are those of Gatys et al.

    Raises
    ------
    InputError
        When a picture is too small for the network, or the descent diverges.

    References
    ----------
    Novak and Nikulin 2016, arXiv:1605.04603.
    """
    backbone = open_backbone(task)
    terms = terms_of(task, backbone)
    return await descend(task, backbone, Objective(backbone, terms), ratio_of(task.parameters, terms))


def terms_of(task: Task[NovakParameters], backbone: Backbone) -> list[Term]:
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
    return [
        *terms_besides_style(parameters, backbone, task.content, task.visible.get(CONTENT)),
        *(
            replace(
                term,
                name=term.name.replace("style", style.name),
                weight=style.share * style.area * term.weight,
            )
            for style in styles_of(task, parameters.blend)
            for term in style_terms(parameters, backbone, style.picture, style.visible, style.region)
        ),
    ]


@torch.no_grad()
def style_terms(
    parameters: NovakParameters,
    backbone: Backbone,
    style: Tensor,
    visible: Tensor | None = None,
    region: Tensor | None = None,
) -> list[Term]:
    """Make the loss of each Gram matrix, weighted by w_lk.

    Parameters
    ----------
    parameters
        Layers, their weights, and which of the four changes are made.
    backbone
        The network that they name.
    style
        (1, 3, h, w), RGB in [0, 1].
    visible
        What of the style counts, (1, 1, h, w) in [0, 1]; None for all of it.
    region
        Where it goes, (1, 1, H, W) in [0, 1], of the content's size; None for everywhere.

    Returns
    -------
    list of Term
        One a link, `style/<layer>` or `style/<layer>-<deeper layer>`.
    """
    features = backbone(style, parameters.style_layers)
    distance = distance_of(parameters)
    # What a loss is not to look at stays 0 only where the shift comes first.
    first, later = 0.0, parameters.shift
    if visible is not None or region is not None:
        first, later = later, first
    terms = []
    for link, weight in link_weights(parameters).items():
        shallow, deep = link[0], link[-1]
        of_link = [features[layer] for layer in link]
        loss_from: Callable[..., Callable[..., Tensor]]
        if parameters.chained:
            blur = layers_between(shallow, deep, parameters.backbone) if parameters.blurred else 0
            loss_from = partial(ChainedGramLoss, shift=later, blur=blur, distance=distance)
        else:
            loss_from = partial(GramLoss, shift=later, distance=distance)
        loss = guided(loss_from, of_link, visible, region, first)
        terms.append(Term(f"style/{'-'.join(link)}", weight, link, loss))
    return terms


def layers_between(shallow: str, deep: str, backbone: str) -> int:
    """Count how often a chain is blurred.

    Parameters
    ----------
    shallow, deep
        Its layers.
    backbone
        The network's name.

    Returns
    -------
    int
        How many layers of activations follow `shallow`, down to `deep`.
    """
    order = architecture(backbone).layer_names.index
    return sum(
        order(shallow) < order(layer) <= order(deep) for layer in architecture(backbone).activation_layers
    )


def link_weights(parameters: NovakParameters) -> dict[Link, float]:
    """Weigh the Gram matrices.

    Parameters
    ----------
    parameters
        Layers with weights of their own, which `weighting` multiplies.

    Returns
    -------
    dict
        w_lk by layer or pair of layers, from the input on; they sum to 1.
    """
    table = architecture(parameters.backbone)
    layers = sorted(parameters.style_layers, key=table.layer_names.index)
    links: list[Link] = (
        list(itertools.pairwise(layers)) if parameters.chained else [(layer,) for layer in layers]
    )
    match parameters.weighting:
        case "uniform":
            factors = [1.0 for _ in links]
        case "shallow":
            factors = [0.5**number for number, _ in enumerate(links)]
        case "deep":
            factors = [2.0**number for number, _ in enumerate(links)]
        case "channels":
            factors = [1 / (table.channels(link[0]) * table.channels(link[-1])) for link in links]
    relative = [
        parameters.style_layers[link[0]] * factor for link, factor in zip(links, factors, strict=True)
    ]
    return {link: weight / sum(relative) for link, weight in zip(links, relative, strict=True)}
