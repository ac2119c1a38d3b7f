"""Activations rescaled to a mean of 1 per channel, so that no layer dominates a loss by its units.

Source: Gatys et al. 2016 (footnote on the normalised network); per convolution l with channel means mu^l
after the ReLU, W^l <- W^l diag(mu^(l-1)) / mu^l and b^l <- b^l / mu^l, in order from the input. The network
computes the same function, each channel divided by its mean.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn

from nstbench.images.package_photographs import PHOTOGRAPHS, photograph
from nstbench.images.pictures import load_picture
from nstbench.images.tensors import to_tensor
from nstbench.networks.backbone import Backbone, Concatenation
from nstbench.networks.preprocessing import CAFFE, Preprocessing

# `mean-1` as above. `port` as in MrinalJain17/vgg-normalized, which the first document used: it divides by
# means before the ReLU, about half of them negative, and leaves the first convolution out. `one-scale` is the
# network as trained but for one number, so that a content weight means what it does in torchvision's units.
Normalisation = Literal["mean-1", "port", "one-scale", "none"]

# A channel that hardly ever fires keeps its scale: dividing by its mean would only amplify rounding.
DEAD_MEAN = 1e-6
CALIBRATION_SIZE = 224


def feature_scale(preprocessing: Preprocessing) -> float:
    """How many times as large the features of a network are as those of torchvision's networks.

    A network is homogeneous: with its input and its biases divided by a number, all features are. So the
    features of one in Caffe's convention are brought to a picture in [0, 1] instead of in bytes. Then VGG-19
    has the losses that the first document's figure 9 shows for torchvision's (docs/decisions.md).

    Parameters
    ----------
    preprocessing
        What the network expects of a picture.

    Returns
    -------
    float
        255 where it reads bytes, else 1.
    """
    return 255.0 if preprocessing.scale == CAFFE.scale else 1.0


@dataclass(frozen=True)
class Calibration:
    """Mean activation per channel.

    Parameters
    ----------
    after_relu, before_relu
        (N_l,) by convolution.
    pictures
        What they were measured on, in words.
    """

    after_relu: Mapping[str, Tensor]
    before_relu: Mapping[str, Tensor]
    pictures: str

    @property
    def dead_channels(self) -> float:
        """Share of channels that never fired."""
        means = torch.cat(list(self.after_relu.values()))
        return (means <= 0).float().mean().item()

    def divisors(self, procedure: Literal["mean-1", "port"], scale: float = 1.0) -> dict[str, Tensor]:
        """What each channel is divided by.

        Parameters
        ----------
        procedure
            "mean-1" or "port", as above.
        scale
            Of the features, as of `feature_scale`; it divides the channels that "port" leaves out.

        Returns
        -------
        dict
            (N_l,) by convolution; 1 for channels that hardly ever fire ("mean-1").
        """
        if procedure == "mean-1":
            means = self.after_relu.items()
            return {name: torch.where(mean < DEAD_MEAN, 1.0, mean) for name, mean in means}
        first, *_ = self.before_relu
        return {**self.before_relu, first: torch.full_like(self.before_relu[first], scale)}


@torch.no_grad()
def calibrate(backbone: Backbone, batches: Iterable[Tensor], pictures: str) -> Calibration:
    """Measure channel means.

    Parameters
    ----------
    backbone
        The whole network, in evaluation mode.
    batches
        Images (N, 3, H, W) of one size, RGB in [0, 1].
    pictures
        What they are, in words.

    Returns
    -------
    Calibration
        Means over all images.
    """
    after: dict[str, Tensor] = {}
    before: dict[str, Tensor] = {}
    count = 0

    def record(name: str, activation: Tensor) -> None:
        wide = activation.to(torch.promote_types(activation.dtype, torch.float32))
        for sums, values in ((after, wide.relu()), (before, wide)):
            sums[name] = sums.get(name, 0) + len(values) * values.mean((0, 2, 3))

    hooks = [
        convolution.register_forward_hook(lambda _module, _input, output, name=name: record(name, output))
        for name, convolution in backbone.convolutions.items()
    ]
    try:
        for batch in batches:
            backbone(batch, [list(backbone.layers)[-1]])
            count += len(batch)
    finally:
        for hook in hooks:
            hook.remove()
    after_relu, before_relu = (
        {name: total / count for name, total in sums.items()} for sums in (after, before)
    )
    return Calibration(after_relu, before_relu, pictures)


def calibrate_on_photographs(backbone: Backbone) -> Calibration:
    """Measure channel means on the photographs that installed packages carry.

    Parameters
    ----------
    backbone
        The whole network, in evaluation mode.

    Returns
    -------
    Calibration
        For weights that bring none.
    """
    images = [
        to_tensor(load_picture(photograph(name), CALIBRATION_SIZE, square=True)) for name in PHOTOGRAPHS
    ]
    described = f"{', '.join(PHOTOGRAPHS)} ({CALIBRATION_SIZE} px)"
    return calibrate(backbone, (image.to(backbone.scale) for image in images), described)


@torch.no_grad()
def normalise(backbone: Backbone, divisors: Mapping[str, Tensor]) -> None:
    """Divide each channel behind each convolution by its divisor, in place.

    Parameters
    ----------
    backbone
        Its weights change, its function but for these factors does not.
    divisors
        (N_l,) by convolution.
    """
    of_module = {module: divisors[name] for name, module in backbone.convolutions.items()}
    _rescale(backbone.layers.values(), backbone.scale.new_ones(3), of_module)


def _rescale(layers: Iterable[nn.Module], incoming: Tensor, divisors: Mapping[nn.Conv2d, Tensor]) -> Tensor:
    """Rescale a chain whose input was divided by `incoming`; return what its output is divided by."""
    for layer in layers:
        match layer:
            case nn.Conv2d():
                divisor = divisors[layer].to(layer.weight)
                layer.weight.mul_(incoming.to(divisor).view(1, -1, 1, 1)).div_(divisor.view(-1, 1, 1, 1))
                assert layer.bias is not None
                layer.bias.div_(divisor)
                incoming = divisor
            case Concatenation():
                incoming = torch.cat([_rescale(chain, incoming, divisors) for chain in layer.branches])
    return incoming
