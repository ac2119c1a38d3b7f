"""A transformation network as modules: a picture in, the picture in a style out, in one pass."""

import torch
from torch import Tensor, nn
from torch.nn.functional import group_norm, interpolate, relu_

from nstbench.core.hardware import Hardware
from nstbench.methods.johnson2016.architecture import (
    LAYERS,
    STRIDE,
    Architecture,
    Convolution,
    Layer,
    Residual,
    Upsampling,
    input_channels,
    output_channels,
)
from nstbench.methods.johnson2016.blockwise import BlockwiseConvolution
from nstbench.networks.preprocessing import IMAGENET

# What files of such networks hold, by their card.
KIND = "transformation"


class InstanceNorm(nn.Module):
    """Every channel of every picture brought to mean 0 and variance 1, then scaled and shifted.

    Source: Ulyanov et al. 2016, arXiv:1607.08022. Groups of one channel are the same, and fourteen times as
    fast as torch's own instance norm when channels are last in memory.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, features: Tensor) -> Tensor:
        return group_norm(features, features.shape[1], self.weight, self.bias)


class ResidualBlock(nn.Module):
    """x + norm(conv(relu(norm(conv(x))))), the shortcut cropped where the convolutions are valid."""

    def __init__(self, channels: int, architecture: Architecture) -> None:
        super().__init__()
        padding = 0 if architecture.valid_residuals else 1
        self.crop = 2 - 2 * padding
        self.conv1, self.conv2 = (
            nn.Conv2d(channels, channels, 3, 1, padding, bias=False, padding_mode=architecture.padding)
            for _ in range(2)
        )
        self.norm1, self.norm2 = InstanceNorm(channels), InstanceNorm(channels)

    def forward(self, features: Tensor) -> Tensor:
        change = self.norm2(self.conv2(relu_(self.norm1(self.conv1(features)))))
        rows, columns = features.shape[-2] - self.crop, features.shape[-1] - self.crop
        shortcut = features[..., self.crop : rows, self.crop : columns]
        return torch.add(shortcut, change)


class NearestUpsampling(nn.Module):
    """Every pixel repeated in a square of four."""

    def forward(self, features: Tensor) -> Tensor:
        return interpolate(features, scale_factor=2, mode="nearest")


class Transformation(nn.Module):
    """Takes pictures (B, 3, H, W) of any size, RGB in [0, 1], and returns pictures of the same size.

    Only a bounded architecture keeps them in [0, 1].
    """

    scale: Tensor
    offset: Tensor

    def __init__(self, architecture: Architecture, width: float = 1.0) -> None:
        super().__init__()
        self.architecture = architecture
        self.width = width
        # An unbounded network ends in the units of its source, those that its loss network expects.
        self.register_buffer("scale", torch.tensor(IMAGENET.scale).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("offset", torch.tensor(IMAGENET.offset).view(1, 3, 1, 1), persistent=False)
        channels = input_channels(LAYERS, width)
        self.layers = nn.ModuleDict(
            {
                layer.name: _module(layer, inputs, output_channels(layer, width), architecture)
                for layer, inputs in zip(LAYERS, channels, strict=True)
            }
        )

    def speed_up(self) -> None:
        """Compute the last convolution in a faster way; the network can then not be trained any more."""
        name, last = LAYERS[-1].name, self.layers[LAYERS[-1].name]
        assert isinstance(last, nn.Conv2d)
        self.layers[name] = BlockwiseConvolution(last)

    def forward(self, images: Tensor) -> Tensor:
        height, width = images.shape[-2:]
        border = self.architecture.border
        features = reflected(images, border, border + -height % STRIDE, border + -width % STRIDE)
        features = features.contiguous(memory_format=torch.channels_last)
        for layer in self.layers.values():
            features = layer(features)
        painted = features[..., :height, :width]
        if self.architecture.bounded:
            return 0.5 + 0.5 * painted.tanh()
        return (painted - self.offset) / self.scale


@torch.inference_mode()
def paint(network: Transformation, images: Tensor, hardware: Hardware) -> Tensor:
    """What `network` makes of pictures (B, 3, H, W), RGB in [0, 1], in one pass, clipped to [0, 1]."""
    with hardware.autocast():
        painted: Tensor = network(images)
    return painted.float().clamp_(0, 1)


def reflected(images: Tensor, before: int, below: int, right: int) -> Tensor:
    """Pictures (B, C, H, W) with `before` more rows above and columns on the left, `below` and `right` more.

    They go on as between mirrors, so that the border may be wider than the picture.
    """
    height, width = images.shape[-2:]
    rows = _mirrored(torch.arange(-before, height + below, device=images.device), height)
    columns = _mirrored(torch.arange(-before, width + right, device=images.device), width)
    return images.index_select(-2, rows).index_select(-1, columns)


def _mirrored(positions: Tensor, length: int) -> Tensor:
    """Positions beyond 0 ... length - 1 reflected into it, the ends not repeated."""
    period = max(2 * (length - 1), 1)
    return (length - 1) - ((positions % period) - (length - 1)).abs()


def _module(layer: Layer, inputs: int, channels: int, architecture: Architecture) -> nn.Module:
    match layer:
        case Residual():
            return ResidualBlock(channels, architecture)
        case Upsampling():
            return nn.Sequential(
                *_doubling(inputs, channels, architecture), InstanceNorm(channels), nn.ReLU(inplace=True)
            )
        case Convolution():
            last = layer is LAYERS[-1]
            convolution = nn.Conv2d(
                inputs,
                channels,
                layer.kernel,
                layer.stride,
                layer.kernel // 2,
                bias=last,
                padding_mode=architecture.padding,
            )
            return (
                convolution
                if last
                else nn.Sequential(convolution, InstanceNorm(channels), nn.ReLU(inplace=True))
            )


def _doubling(inputs: int, channels: int, architecture: Architecture) -> list[nn.Module]:
    if architecture.upsampling == "fractional":
        return [nn.ConvTranspose2d(inputs, channels, 3, 2, 1, output_padding=1, bias=False)]
    convolution = nn.Conv2d(inputs, channels, 3, 1, 1, bias=False, padding_mode=architecture.padding)
    return [NearestUpsampling(), convolution]
