"""What methods that descend on pixels share: terms with their targets, start images, optimisers."""

from collections.abc import Mapping

import torch
from torch import Tensor

from nstbench.backbones.network import Backbone
from nstbench.images.noise import grey_noise
from nstbench.methods.base import Task
from nstbench.objective import Match
from nstbench.optimise.adam import Adam
from nstbench.optimise.lbfgs import LBFGS
from nstbench.optimise.loop import Optimiser
from nstbench.optimise.settings import AdamSettings, LBFGSSettings
from nstbench.statistics.activations import activations
from nstbench.statistics.gram import gram


@torch.no_grad()
def content_terms(
    backbone: Backbone, content: Tensor, layers: Mapping[str, float], alpha: float
) -> list[Match]:
    """alpha v_l times 1/(2 N_l M_l) |F_l - P_l|^2 for each layer l with weight v_l."""
    features = backbone(content, layers)
    return [
        Match(
            name=f"content/{layer}",
            weight=alpha * weight,
            layer=layer,
            statistic=activations,
            factor=0.5 / features[layer].numel(),
            target=activations(features[layer]),
        )
        for layer, weight in layers.items()
    ]


@torch.no_grad()
def style_terms(backbone: Backbone, style: Tensor, layers: Mapping[str, float]) -> list[Match]:
    """w_l times 1/(4 N_l^2) |G_l/M_l - A_l/M_l|^2 for each layer l with weight w_l."""
    features = backbone(style, layers)
    targets = {layer: gram(features[layer]) for layer in layers}
    return [
        Match(
            name=f"style/{layer}",
            weight=weight,
            layer=layer,
            statistic=gram,
            factor=0.25 / targets[layer].numel(),
            target=targets[layer],
        )
        for layer, weight in layers.items()
    ]


def start_image(task: Task, init: str) -> Tensor:
    """A fresh start (1, 3, H, W) of the content's size: the content, the style resized, or seeded noise."""
    if init == "noise":
        return grey_noise(task.content.shape, task.seed).to(task.content.device)
    if init == "style":
        size = task.content.shape[-2:]
        return torch.nn.functional.interpolate(
            task.style, size, mode="bicubic", antialias=True, align_corners=False
        ).clamp_(0, 1)
    return task.content.clone()


def make_optimiser(settings: LBFGSSettings | AdamSettings) -> Optimiser:
    match settings:
        case LBFGSSettings():
            return LBFGS(settings.rate, settings.history, settings.line_search)
        case AdamSettings():
            return Adam(settings.rate)
