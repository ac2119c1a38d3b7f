"""Both ways from swapped features to a picture: one pass of an inverse network, and a descent on the pixels.

References
----------
Chen and Schmidt 2016, arXiv:1612.04337, sections 3.2 and 4.
"""

import time
from collections.abc import Iterable
from dataclasses import replace

import torch

from nstbench.core.errors import InputError
from nstbench.losses.content import ContentLoss
from nstbench.losses.guidance import guided
from nstbench.losses.objective import Objective, Term
from nstbench.methods.base import Parameters, Task
from nstbench.methods.chen2016.network import load_network
from nstbench.methods.chen2016.parameters import SwapDescentParameters, SwapParameters
from nstbench.methods.chen2016.recipe import LAYER
from nstbench.methods.chen2016.swap import PATCH, swap
from nstbench.methods.descent import descend, open_backbone, variation_terms
from nstbench.methods.styles import CONTENT
from nstbench.networks.architecture import Architecture
from nstbench.networks.backbone import Backbone
from nstbench.networks.feedforward.inventory import locate_network
from nstbench.optim.loop import Outcome, lossless


def stylize(task: Task[SwapParameters]) -> Outcome:
    """Swap the content's patches, and turn the features into a picture in one pass.

    Parameters
    ----------
    task
        Content and style (1, 3, H, W), RGB in [0, 1], and which network.

    Returns
    -------
    Outcome
        Its picture is clipped to [0, 1]; there is no loss. The facts name the encoder and its weights.

    Raises
    ------
    InputError
        When there is no such network, when its file is damaged, or when a picture is too small.

    References
    ----------
    Chen and Schmidt 2016, arXiv:1612.04337, section 4.
    """
    network = load_network(locate_network(task.parameters.network), task.hardware)
    check_patches(task, network.encoder.architecture, [LAYER])
    started = time.perf_counter()
    image = network.stylize(task.content, task.style)
    outcome = lossless(image, time.perf_counter() - started)
    return replace(outcome, facts={"backbone": network.card.backbone, "weights": network.card.weights})


async def descend_to_swapped(task: Task[SwapDescentParameters]) -> Outcome:
    """Make a picture whose features are the swapped ones, by descent on its pixels.

    Parameters
    ----------
    task
        Content and style (1, 3, H, W), RGB in [0, 1], and how.

    Returns
    -------
    Outcome
        The picture, not clipped; its facts name the pictures that the network was normalised on.

    Raises
    ------
    InputError
        When a picture is too small for the network, or the descent diverges.

    References
    ----------
    Chen and Schmidt 2016, arXiv:1612.04337, eq. 4.
    """
    backbone = open_backbone(task)
    terms = [
        *swapped_terms(task, backbone),
        *variation_terms(task.parameters.tv, task.visible.get(CONTENT)),
    ]
    return await descend(task, backbone, Objective(backbone, terms))


@torch.no_grad()
def swapped_terms(task: Task[SwapDescentParameters], backbone: Backbone) -> list[Term]:
    """Make the loss of each layer whose patches are swapped, |F - S|^2 / (2 N M) with S the swapped features.

    Parameters
    ----------
    task
        Content and style (1, 3, H, W), RGB in [0, 1], and the weights of layers.
    backbone
        The network that the parameters name.

    Returns
    -------
    list of Term
        One a layer, `style/<layer>`.

    Raises
    ------
    InputError
        When a picture has no patch in a layer.
    """
    layers = task.parameters.style_layers
    check_patches(task, backbone.architecture, layers)
    content, style = backbone(task.content, layers), backbone(task.style, layers)
    visible = task.visible.get(CONTENT)
    return [
        Term(
            f"style/{layer}",
            weight,
            (layer,),
            guided(ContentLoss, [swap(content[layer].float(), style[layer].float())], visible, visible),
        )
        for layer, weight in layers.items()
    ]


def check_patches(task: Task[Parameters], table: Architecture, layers: Iterable[str]) -> None:
    """Refuse pictures without a patch.

    Parameters
    ----------
    task
        Content and style (1, 3, H, W).
    table
        The network.
    layers
        In which patches are swapped.

    Raises
    ------
    InputError
        When a picture is too small for a layer to have one.
    """
    side = min(*task.content.shape[-2:], *task.style.shape[-2:])
    for layer in layers:
        least = PATCH * table.stride(layer)
        if side < least:
            raise InputError(
                f"a picture with a side of {side} px has no patch of {PATCH} x {PATCH} in {layer}, which "
                f"needs {least} px; raise the size or crop the picture"
            )
