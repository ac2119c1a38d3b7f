"""Mean-1 activations: rescale a network so that every channel averages 1 and computes the same function.

Source: Gatys et al. 2016 (footnote on the normalised network); per convolution l with channel means mu^l
after the ReLU, W^l <- W^l diag(mu^(l-1)) / mu^l and b^l <- b^l / mu^l, in order from the input.
"""

import torch
from torch import Tensor, nn

from nstbench.backbones.network import Backbone
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
    rectified = {name: name.replace("conv", "relu") for name in _convolutions(backbone)}
    features = backbone(images, rectified.values())
    return {name: features[layer].float().mean((0, 2, 3)) for name, layer in rectified.items()}


@torch.no_grad()
def normalise(backbone: Backbone, means: dict[str, Tensor]) -> None:
    """Rescale `backbone` in place so that every living channel has mean activation 1."""
    incoming: Tensor | None = None
    for name, convolution in _convolutions(backbone).items():
        mean = means[name].to(convolution.weight)
        mean = torch.where(mean < DEAD_MEAN, torch.ones_like(mean), mean)
        if incoming is not None:
            convolution.weight.mul_(incoming.view(1, -1, 1, 1))
        convolution.weight.div_(mean.view(-1, 1, 1, 1))
        assert convolution.bias is not None
        convolution.bias.div_(mean)
        incoming = mean


def _convolutions(backbone: Backbone) -> dict[str, nn.Conv2d]:
    return {name: layer for name, layer in backbone.layers.items() if isinstance(layer, nn.Conv2d)}
