"""What methods that descend on pixels share: terms with their targets, start images, optimisers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import torch
from torch import Tensor

from nstbench.images.noise import grey_noise
from nstbench.losses.activations import activations
from nstbench.losses.gram import gram
from nstbench.losses.objective import IMAGE, Match, Objective, Term
from nstbench.losses.squared_distance import Distance, SquaredDistance
from nstbench.losses.total_variation import absolute_variation, squared_variation
from nstbench.methods.base import Task, TotalVariation
from nstbench.methods.gatys2015.method import GatysParameters
from nstbench.networks.backbone import Backbone
from nstbench.networks.catalogue import architecture
from nstbench.networks.loading import load_backbone
from nstbench.optim.adam import Adam
from nstbench.optim.lbfgs import LBFGS
from nstbench.optim.loop import Outcome, optimise
from nstbench.optim.optimiser import Optimiser
from nstbench.optim.settings import AdamSettings, LBFGSSettings, OptimiserSettings, SGDSettings
from nstbench.optim.sgd import SGD


def open_backbone(task: Task[GatysParameters]) -> Backbone:
    """The network that the task's parameters name, down to the deepest of their layers.

    InputError when content or style is too small for them.
    """
    parameters = task.parameters
    layers = [*parameters.content_layers, *parameters.style_layers]
    for picture, read in ((task.content, layers), (task.style, parameters.style_layers)):
        architecture(parameters.backbone).check_side(read, min(picture.shape[-2:]))
    backbone = load_backbone(
        parameters.backbone,
        parameters.weights,
        parameters.pooling,
        task.hardware,
        parameters.normalisation,
        task.seed,
    )
    backbone.input_blur = parameters.input_blur
    backbone.truncate(layers)
    return backbone


@torch.no_grad()
def content_terms(
    backbone: Backbone,
    content: Tensor,
    layers: Mapping[str, float],
    alpha: float,
    distance: type[SquaredDistance] = SquaredDistance,
) -> list[Match]:
    """alpha v_l times 1/(2 N_l M_l) of the distance from the content's features, for each layer l.

    With the default distance that is |F_l - P_l|^2.
    """
    features = backbone(content, layers)
    return [
        Match(
            name=f"content/{layer}",
            weight=alpha * weight,
            layers=(layer,),
            factor=0.5 / features[layer].numel(),
            distance=distance(activations, features[layer]),
        )
        for layer, weight in layers.items()
    ]


def gram_distance(target: Tensor) -> SquaredDistance:
    """|G/M - A/M|^2 from the Gram matrix of a target's features."""
    return SquaredDistance(gram, target)


@torch.no_grad()
def style_terms(
    backbone: Backbone,
    style: Tensor,
    layers: Mapping[str, float],
    distance_from: Callable[[Tensor], Distance] = gram_distance,
) -> list[Match]:
    """w_l times 1/(4 N_l^2) of the distance from the style's features, for each layer l with weight w_l.

    With the default distance that is |G_l/M_l - A_l/M_l|^2 of Gram matrices.
    """
    features = backbone(style, layers)
    return [
        Match(
            name=f"style/{layer}",
            weight=weight,
            layers=(layer,),
            factor=0.25 / features[layer].shape[1] ** 2,
            distance=distance_from(features[layer]),
        )
        for layer, weight in layers.items()
    ]


def variation_terms(tv: TotalVariation | None) -> list[Match]:
    """The total variation per pixel and channel, weighted; nothing for None."""
    if tv is None:
        return []
    variation = {"absolute": absolute_variation, "squared": squared_variation}[tv.form]
    return [
        Match(
            name="tv",
            weight=tv.weight,
            layers=(IMAGE,),
            factor=1.0,
            distance=lambda image: variation(image).sum() / image.numel(),
        )
    ]


def gradient_length(backbone: Backbone, terms: Sequence[Term], image: Tensor) -> float:
    """Length of the gradient of weighted terms with respect to an image (1, 3, H, W)."""
    probe = image.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(Objective(backbone, terms)(probe)[0], probe)
    return float(gradient.norm())


def descend(task: Task[GatysParameters], backbone: Backbone, terms: Sequence[Term]) -> Outcome:
    """The pixel loop from the start, with the optimiser and the budget that the task's parameters name."""
    return minimise(task, backbone, Objective(backbone, terms))


def minimise(task: Task[GatysParameters], backbone: Backbone, objective: Objective) -> Outcome:
    """As `descend`, for an objective of any kind."""
    parameters = task.parameters
    outcome = optimise(
        objective,
        start_image(task, parameters.init),
        make_optimiser(parameters.optimiser),
        parameters.evaluations,
        task.watch,
        task.checkpoint,
        task.show,
    )
    return replace(outcome, facts={"normalised_on": backbone.calibration})


def start_image(task: Task[GatysParameters], init: str) -> Tensor:
    """A fresh start (1, 3, H, W) of the content's size: the content, the style resized, or seeded noise."""
    if init == "noise":
        return grey_noise(task.content.shape, task.seed).to(task.content.device)
    if init == "style":
        return style_at_size_of_content(task)
    return task.content.clone()


def style_at_size_of_content(task: Task[GatysParameters]) -> Tensor:
    """The style (1, 3, H, W), its aspect given up for the content's."""
    size = task.content.shape[-2:]
    return torch.nn.functional.interpolate(
        task.style, size, mode="bicubic", antialias=True, align_corners=False
    ).clamp_(0, 1)


def make_optimiser(settings: OptimiserSettings) -> Optimiser:
    match settings:
        case LBFGSSettings():
            return LBFGS(settings.rate, settings.history, settings.line_search)
        case AdamSettings():
            return Adam(settings.rate)
        case SGDSettings():
            return SGD(settings.rate, settings.momentum)
