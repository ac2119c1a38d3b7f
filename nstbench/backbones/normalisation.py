"""Mean-1 activations: rescale a network so that every channel averages 1 and computes the same function.

Source: Gatys et al. 2016 (footnote on the normalised network); per convolution l with channel means mu^l
after the ReLU, W^l <- W^l diag(mu^(l-1)) / mu^l and b^l <- b^l / mu^l, in order from the input.
"""

from collections.abc import Iterable, Mapping

import torch
from torch import Tensor, nn

from nstbench.backbones.network import Backbone, Concatenation
from nstbench.images.package_photographs import PHOTOGRAPHS, photograph
from nstbench.images.pictures import load_picture
from nstbench.images.tensors import to_tensor

# A channel that hardly ever fires keeps its scale: dividing by its mean would only amplify rounding.
DEAD_MEAN = 1e-6
CALIBRATION_SIZE = 224


def calibration_images() -> Tensor:
    """The photographs that the installed packages carry, as (N, 3, 224, 224)."""
    files = [photograph(name) for name in PHOTOGRAPHS]
    return torch.cat([to_tensor(load_picture(file, CALIBRATION_SIZE, square=True)) for file in files])


@torch.no_grad()
def channel_means(backbone: Backbone, images: Tensor) -> dict[str, Tensor]:
    """Mean activation per channel after the ReLU behind each convolution: {"conv1_1": (N_l,), ...}."""
    means: dict[str, Tensor] = {}

    def record(name: str, activation: Tensor) -> None:
        means[name] = activation.relu().float().mean((0, 2, 3))

    hooks = [
        convolution.register_forward_hook(lambda _module, _input, output, name=name: record(name, output))
        for name, convolution in backbone.convolutions.items()
    ]
    try:
        backbone(images, [list(backbone.layers)[-1]])
    finally:
        for hook in hooks:
            hook.remove()
    return means


@torch.no_grad()
def normalise(backbone: Backbone, means: Mapping[str, Tensor]) -> None:
    """Rescale `backbone` in place so that every living channel has mean activation 1."""
    of_module = {module: means[name] for name, module in backbone.convolutions.items()}
    _rescale(backbone.layers.values(), torch.ones(3), of_module)


def _rescale(layers: Iterable[nn.Module], incoming: Tensor, means: Mapping[nn.Conv2d, Tensor]) -> Tensor:
    """Rescale a chain whose input was divided by `incoming`; return what its output is divided by."""
    for layer in layers:
        match layer:
            case nn.Conv2d():
                mean = means[layer].to(layer.weight)
                mean = torch.where(mean < DEAD_MEAN, torch.ones_like(mean), mean)
                layer.weight.mul_(incoming.to(mean).view(1, -1, 1, 1)).div_(mean.view(-1, 1, 1, 1))
                assert layer.bias is not None
                layer.bias.div_(mean)
                incoming = mean
            case Concatenation():
                incoming = torch.cat([_rescale(chain, incoming, means) for chain in layer.branches])
    return incoming
