"""Gatys' method as public implementations write it: what the engine is timed against.

A plain sequential network in fp32 NCHW, ReLUs in place as in torchvision, Gram matrices by flatten and mm,
mean squared errors, one closure with backward(), torch's L-BFGS without line search. The image that
descends is what Caffe's network expects, BGR bytes less their mean, as in the notebook of Gatys et al.
Targets are computed once and the weights need no gradients, as in the quicker ones of them.
"""

from collections.abc import Mapping
from copy import deepcopy

import torch
from torch import Tensor, nn
from torch.nn.functional import mse_loss

from nstbench.networks.backbone import Backbone

# B, G, R, of the pictures that the authors' VGG-19 was trained on.
MEAN = (103.939, 116.779, 123.68)


class TextbookLoop:
    """The objective of `gatys2015` and its descent, on the weights and layers of an fp32 `backbone`.

    Content, style and start are (1, 3, H, W), RGB in [0, 1]; the network expects BGR bytes less their mean.
    """

    def __init__(
        self,
        backbone: Backbone,
        content: Tensor,
        style: Tensor,
        start: Tensor,
        content_layers: Mapping[str, float],
        style_layers: Mapping[str, float],
        alpha: float,
    ) -> None:
        self.network = sequential(backbone)
        self.content_layers, self.style_layers, self.alpha = content_layers, style_layers, alpha
        with torch.no_grad():
            self.content_targets = self.features(prepare(content), content_layers)
            paintings = self.features(prepare(style), style_layers)
            self.style_targets = {layer: gram_matrix(paintings[layer]) for layer in style_layers}
        self.image = prepare(start).requires_grad_()
        self.optimiser = torch.optim.LBFGS(
            [self.image], tolerance_grad=-1, tolerance_change=-1, history_size=100
        )

    def features(self, prepared: Tensor, wanted: Mapping[str, float]) -> dict[str, Tensor]:
        """The activations (1, N, H, W) of the wanted layers, by name."""
        x = prepared
        found = {}
        for name, module in self.network.named_children():
            x = module(x)
            if name in wanted:
                found[name] = x
        return found

    def losses(self, prepared: Tensor) -> tuple[Tensor, Tensor]:
        """Alpha times the content loss, and the style loss, each ()."""
        features = self.features(prepared, {**self.content_layers, **self.style_layers})
        content = prepared.new_zeros(())
        for layer, weight in self.content_layers.items():
            content = content + weight * mse_loss(features[layer], self.content_targets[layer]) / 2
        style = prepared.new_zeros(())
        for layer, weight in self.style_layers.items():
            style = style + weight * mse_loss(gram_matrix(features[layer]), self.style_targets[layer]) / 4
        return self.alpha * content, style

    def descend(self, evaluations: int) -> list[float]:
        """Go on by so many evaluations of loss and gradient, with as many steps; the total loss at each."""
        # The bound on evaluations would leave out the last step if it were as low as that on iterations.
        self.optimiser.param_groups[0].update(max_iter=evaluations, max_eval=evaluations + 1)
        losses: list[Tensor] = []

        def closure() -> Tensor:
            self.optimiser.zero_grad()
            content, style = self.losses(self.image)
            loss = content + style
            loss.backward()
            losses.append(loss.detach())
            return loss

        self.optimiser.step(closure)
        return [loss.item() for loss in losses]


def prepare(image: Tensor) -> Tensor:
    """RGB in [0, 1] to BGR bytes less their mean."""
    return image.flip(1).contiguous() * 255 - image.new_tensor(MEAN).view(1, 3, 1, 1)


def restore(prepared: Tensor) -> Tensor:
    """BGR bytes less their mean to RGB in [0, 1]."""
    return (prepared + prepared.new_tensor(MEAN).view(1, 3, 1, 1)).flip(1) / 255


def gram_matrix(features: Tensor) -> Tensor:
    """(1, N, H, W) -> (N, N), divided by H W."""
    _, channels, height, width = features.shape
    flat = features.view(channels, height * width)
    return torch.mm(flat, flat.t()) / (height * width)


def sequential(backbone: Backbone) -> nn.Sequential:
    """The layers of `backbone` in NCHW, as torch's own modules, under the same names."""
    network = nn.Sequential()
    for name, layer in backbone.layers.items():
        match layer:
            case nn.ReLU():
                module: nn.Module = nn.ReLU(inplace=True)
            case nn.Conv2d():
                module = nn.Conv2d(layer.in_channels, layer.out_channels, 3, padding=1).to(layer.weight)
                module.load_state_dict(layer.state_dict())
            case _:
                module = deepcopy(layer)
        network.add_module(name, module)
    return network.requires_grad_(False).to(memory_format=torch.contiguous_format)
