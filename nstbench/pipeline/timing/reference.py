"""Gatys' method as public implementations write it: what the engine is timed against.

A plain sequential network in fp32 NCHW behind ImageNet preprocessing, ReLUs in place as in torchvision, Gram
matrices by flatten and mm, mean squared errors, one closure with backward(), torch's L-BFGS without line
search. Targets are computed once and the weights need no gradients, as in the quicker ones of them.
"""

from collections.abc import Mapping
from copy import deepcopy

import torch
from torch import Tensor, nn
from torch.nn.functional import mse_loss

from nstbench.networks.backbone import Backbone

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
# torch.optim.LBFGS forgets steps with s'y below 1e-10, so implementations scale their losses up.
SCALE = 1e6


class TextbookLoop:
    """The objective of `gatys2015` and its descent, on the weights and layers of an fp32 `backbone`.

    Content, style and start images are (1, 3, H, W), RGB in [0, 1].
    """

    def __init__(
        self,
        backbone: Backbone,
        content: Tensor,
        style: Tensor,
        content_layers: Mapping[str, float],
        style_layers: Mapping[str, float],
        alpha: float,
    ) -> None:
        self.network = sequential(backbone)
        self.mean, self.std = (content.new_tensor(values).view(1, 3, 1, 1) for values in (MEAN, STD))
        self.content_layers, self.style_layers, self.alpha = content_layers, style_layers, alpha
        with torch.no_grad():
            self.content_targets = self.features(content, content_layers)
            paintings = self.features(style, style_layers)
            self.style_targets = {layer: gram_matrix(paintings[layer]) for layer in style_layers}

    def features(self, image: Tensor, wanted: Mapping[str, float]) -> dict[str, Tensor]:
        """The activations (1, N, H, W) of the wanted layers, by name."""
        x = (image.contiguous() - self.mean) / self.std
        found = {}
        for name, module in self.network.named_children():
            x = module(x)
            if name in wanted:
                found[name] = x
        return found

    def losses(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """Alpha times the content loss, and the style loss, each ()."""
        features = self.features(image, {**self.content_layers, **self.style_layers})
        content = image.new_zeros(())
        for layer, weight in self.content_layers.items():
            content = content + weight * mse_loss(features[layer], self.content_targets[layer]) / 2
        style = image.new_zeros(())
        for layer, weight in self.style_layers.items():
            style = style + weight * mse_loss(gram_matrix(features[layer]), self.style_targets[layer]) / 4
        return self.alpha * content, style

    def descend(self, start: Tensor, evaluations: int) -> list[float]:
        """The total loss at each of `evaluations` evaluations of loss and gradient, from `start` on."""
        image = start.contiguous().clone().requires_grad_()
        optimiser = torch.optim.LBFGS(
            [image], max_iter=evaluations, tolerance_grad=-1, tolerance_change=-1, history_size=100
        )
        losses: list[Tensor] = []

        def closure() -> Tensor:
            optimiser.zero_grad()
            content, style = self.losses(image)
            loss = SCALE * (content + style)
            loss.backward()
            losses.append(loss.detach())
            return loss

        optimiser.step(closure)
        return [loss.item() / SCALE for loss in losses]


def gram_matrix(features: Tensor) -> Tensor:
    """(1, N, H, W) -> (N, N), divided by H W."""
    _, channels, height, width = features.shape
    flat = features.view(channels, height * width)
    return torch.mm(flat, flat.t()) / (height * width)


def sequential(backbone: Backbone) -> nn.Sequential:
    """The layers of `backbone` in NCHW, under the same names."""
    network = nn.Sequential()
    for name, layer in backbone.layers.items():
        copy = nn.ReLU(inplace=True) if isinstance(layer, nn.ReLU) else deepcopy(layer)
        network.add_module(name, copy)
    return network.to(memory_format=torch.contiguous_format)
