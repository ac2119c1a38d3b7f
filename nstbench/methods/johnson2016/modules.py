"""The transformation network as modules: a picture in, the picture in a style out, in one pass."""

from itertools import pairwise
from pathlib import Path
from typing import Self

import torch
from torch import Tensor, nn
from torch.nn.functional import pixel_shuffle, relu_

from nstbench.core.hardware import Hardware
from nstbench.methods.johnson2016.architecture import (
    LAYERS,
    STRIDE,
    Architecture,
    Layer,
    Residual,
    TransformationCard,
    UpsamplingConvolution,
    architecture,
    output_channels,
)
from nstbench.networks.architecture import Convolution
from nstbench.networks.feedforward.files import read_network
from nstbench.networks.feedforward.inventory import checked_card
from nstbench.networks.feedforward.modules import InstanceNorm, NearestUpsampling, reflect
from nstbench.networks.preprocessing import IMAGENET

# What files of such networks hold, by their card.
KIND = "transformation"


class Transformation(nn.Module):
    """A transformation network.

    Parameters
    ----------
    architecture
        What a source makes of LAYERS.
    width
        Channels of every layer but the last, relative to LAYERS, in (0, 1].

    References
    ----------
    Johnson, Alahi and Fei-Fei 2016, arXiv:1603.08155, supplement; Jain and Venkitachalam, section 2.4.
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
        channels = [3, *(output_channels(layer, width) for layer in LAYERS)]
        self.layers = nn.ModuleDict(
            {
                layer.name: _module(layer, inputs, outputs, architecture)
                for layer, (inputs, outputs) in zip(LAYERS, pairwise(channels), strict=True)
            }
        )

    def forward(self, images: Tensor) -> Tensor:
        """Give pictures the style that the network has learned.

        Parameters
        ----------
        images
            (B, 3, H, W) of any size, RGB in [0, 1].

        Returns
        -------
        Tensor
            (B, 3, H, W), RGB; only a bounded architecture keeps it in [0, 1].
        """
        height, width = images.shape[-2:]
        border = self.architecture.border
        features = reflect(images, border, border + -height % STRIDE, border + -width % STRIDE)
        features = features.contiguous(memory_format=torch.channels_last)
        for layer in self.layers.values():
            features = layer(features)
        features = features[..., :height, :width]
        if self.architecture.bounded:
            return 0.5 + 0.5 * features.tanh()
        return (features - self.offset) / self.scale

    @torch.inference_mode()
    def stylize(self, images: Tensor, hardware: Hardware) -> Tensor:
        """As `forward`, in the precision of `hardware`, without gradients, and clipped to [0, 1].

        Parameters
        ----------
        images
            (B, 3, H, W) of any size, RGB in [0, 1].
        hardware
            Where network and pictures are.

        Returns
        -------
        Tensor
            (B, 3, H, W), RGB in [0, 1], fp32.
        """
        with hardware.autocast():
            stylized: Tensor = self(images)
        return stylized.float().clamp_(0, 1)

    def freeze(self, device: torch.device) -> Self:
        """Make the network as fast as it gets; it can then not be trained any more.

        Parameters
        ----------
        device
            Where it is to run.

        Returns
        -------
        Transformation
            The network itself.
        """
        name, last = LAYERS[-1].name, self.layers[LAYERS[-1].name]
        assert isinstance(last, nn.Conv2d)
        self.requires_grad_(False).eval()
        self.layers[name] = BlockwiseConvolution(last)
        return self.to(device).to(memory_format=torch.channels_last)


def load_transformation(file: Path, device: torch.device) -> Transformation:
    """Read a trained network.

    Parameters
    ----------
    file
        A .safetensors file of `nstbench train-fast`.
    device
        Where it is to run.

    Returns
    -------
    Transformation
        Ready for use, frozen.

    Raises
    ------
    InputError
        When the file is missing, damaged, or holds no such network.
    """
    stored = read_network(file, KIND)
    card = checked_card(file, stored.card, TransformationCard)
    network = Transformation(architecture(card.architecture), card.width)
    stored.fill(network)
    return network.freeze(device)


class ResidualBlock(nn.Module):
    """x + norm(conv(relu(norm(conv(x))))), the shortcut cropped where the convolutions are valid.

    Parameters
    ----------
    channels
        Of input and output.
    architecture
        Says how the convolutions treat the border.

    References
    ----------
    Johnson et al. 2016, supplement, section 1; Gross and Wilber 2016, Training and investigating residual
    nets.
    """

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
        """Add two convolutions of the features to their middle.

        Parameters
        ----------
        features : Tensor
            (B, N, H, W).

        Returns
        -------
        Tensor
            (B, N, H - 2 crop, W - 2 crop).
        """
        change = self.norm2(self.conv2(relu_(self.norm1(self.conv1(features)))))
        rows, columns = features.shape[-2] - self.crop, features.shape[-1] - self.crop
        shortcut = features[..., self.crop : rows, self.crop : columns]
        return torch.add(shortcut, change)


class BlockwiseConvolution(nn.Module):
    """The same as a convolution of stride 1 to C channels, for maps whose sides are even, but faster.

    It is a convolution of stride 2 to 4 C channels, one for each place in a square of 2 x 2 pixels, with the
    kernel moved to that place: the same products, and some more with 0. Twice as fast as 9 x 9 to 3 channels
    on a processor that computes eight channels at a time.

    Parameters
    ----------
    convolution
        Of stride 1 with a bias, padded by half its kernel.
    """

    SIDE = 2

    def __init__(self, convolution: nn.Conv2d) -> None:
        super().__init__()
        channels, inputs, kernel, _ = convolution.weight.shape
        side, enlarged = self.SIDE, kernel + self.SIDE - 1
        moved = convolution.weight.new_zeros(channels, side, side, inputs, enlarged, enlarged)
        for row in range(side):
            for column in range(side):
                moved[:, row, column, :, row : row + kernel, column : column + kernel] = convolution.weight
        self.convolution = nn.Conv2d(
            inputs,
            channels * side**2,
            enlarged,
            side,
            kernel // 2,
            padding_mode=convolution.padding_mode,
        )
        self.convolution.weight = nn.Parameter(moved.flatten(0, 2), requires_grad=False)
        assert convolution.bias is not None
        self.convolution.bias = nn.Parameter(convolution.bias.repeat_interleave(side**2), requires_grad=False)

    @torch.inference_mode()
    def forward(self, features: Tensor) -> Tensor:
        """Convolve features block by block.

        Parameters
        ----------
        features : Tensor
            (B, N, H, W) with even sides.

        Returns
        -------
        Tensor
            (B, C, H, W).
        """
        return pixel_shuffle(self.convolution(features), self.SIDE)


def _module(layer: Layer, inputs: int, channels: int, architecture: Architecture) -> nn.Module:
    """The module of a layer from `inputs` to `channels` channels, with norm and ReLU but for the last."""
    padding_mode = architecture.padding
    match layer:
        case Residual():
            return ResidualBlock(channels, architecture)
        case UpsamplingConvolution() if architecture.upsampling == "fractional":
            modules: list[nn.Module] = [
                nn.ConvTranspose2d(inputs, channels, 3, 2, 1, output_padding=1, bias=False)
            ]
        case UpsamplingConvolution():
            convolution = nn.Conv2d(inputs, channels, 3, 1, 1, bias=False, padding_mode=padding_mode)
            modules = [NearestUpsampling(), convolution]
        case Convolution():
            last = layer is LAYERS[-1]
            shape = (inputs, channels, layer.kernel, layer.stride, layer.padding)
            # A norm right behind a convolution takes its bias away.
            modules = [nn.Conv2d(*shape, bias=last, padding_mode=padding_mode)]
            if last:
                return modules[0]
    return nn.Sequential(*modules, InstanceNorm(channels), nn.ReLU(inplace=True))
