"""The inverse network: from features back to a picture, kept in a file, and applied behind a style swap.

References
----------
Chen and Schmidt 2016, arXiv:1612.04337, section 4 and table 2.
"""

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from nstbench.core.hardware import Hardware
from nstbench.methods.adain2017.modules import open_encoder
from nstbench.methods.chen2016.recipe import LAYER, InverseCard, Norm
from nstbench.methods.chen2016.swap import swap
from nstbench.networks.backbone import Backbone
from nstbench.networks.catalogue import architecture
from nstbench.networks.feedforward.files import read_network
from nstbench.networks.feedforward.inventory import checked_card
from nstbench.networks.feedforward.modules import InstanceNorm, NearestUpsampling, reflect

# What files of such networks hold, by their card.
KIND = "inverse"
# Table 2: channels behind the convolutions at full width, and between them twice the sides.
CHANNELS = (128, "up", 128, 64, "up", 64)


class InverseNetwork(nn.Module):
    """Convolutions of 3 x 3 with a ReLU, and two up-samplings by nearest neighbours.

    Parameters
    ----------
    inputs
        Channels of the features.
    width
        Channels of the layers relative to the paper's, in (0, 1].
    norm
        What is in front of every ReLU.

    References
    ----------
    Chen and Schmidt 2016, table 2; its borders have zeros, these reflect.
    """

    def __init__(self, inputs: int, width: float, norm: Norm) -> None:
        super().__init__()
        modules: list[nn.Module] = []
        for layer in CHANNELS:
            if isinstance(layer, str):
                modules.append(NearestUpsampling())
                continue
            channels = max(1, round(width * layer))
            modules.append(nn.Conv2d(inputs, channels, 3, padding=1, padding_mode="reflect"))
            if norm == "instance":
                modules.append(InstanceNorm(channels))
            modules.append(nn.ReLU(inplace=True))
            inputs = channels
        modules.append(nn.Conv2d(inputs, 3, 3, padding=1, padding_mode="reflect"))
        self.layers = nn.Sequential(*modules)
        for module in self.layers:
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
                assert module.bias is not None
                nn.init.zeros_(module.bias)

    def forward(self, features: Tensor) -> Tensor:
        """Turn features into pictures.

        Parameters
        ----------
        features : Tensor
            (B, N, H, W), of LAYER.

        Returns
        -------
        Tensor
            (B, 3, 4 H, 4 W), RGB, about [0, 1].
        """
        picture: Tensor = self.layers(features)
        return picture


@dataclass(frozen=True)
class SwapNetwork:
    """An encoder and the inverse network that was trained with it.

    Parameters
    ----------
    encoder
        Down to LAYER at least.
    inverse
        From LAYER to pictures.
    card
        What the file says of it.
    hardware
        Where both are.
    """

    encoder: Backbone
    inverse: InverseNetwork
    card: InverseCard
    hardware: Hardware

    @torch.inference_mode()
    def stylize(self, content: Tensor, style: Tensor) -> Tensor:
        """Put a content together from the patches of a style.

        Parameters
        ----------
        content
            (1, 3, H, W) of any size from 12 px on, RGB in [0, 1]. It is continued to a multiple of the
            encoder's stride, and the result cropped to its size.
        style
            (1, 3, H', W') from 12 px on, RGB in [0, 1].

        Returns
        -------
        Tensor
            (1, 3, H, W), RGB in [0, 1], fp32.
        """
        height, width = content.shape[-2:]
        stride = self.encoder.architecture.stride(LAYER)
        filled = reflect(content, 0, -height % stride, -width % stride)
        features, of_style = (self.encoder(image, [LAYER])[LAYER].float() for image in (filled, style))
        swapped = swap(features, of_style).contiguous(memory_format=torch.channels_last)
        with self.hardware.autocast():
            picture = self.inverse(swapped)
        result: Tensor = picture[..., :height, :width].float().clamp_(0, 1)
        return result


def load_network(file: Path, hardware: Hardware) -> SwapNetwork:
    """Read an inverse network and the encoder that it was trained with.

    Parameters
    ----------
    file
        A .safetensors file of `nstbench train-swap`.
    hardware
        Where both are to run.

    Returns
    -------
    SwapNetwork
        Frozen.

    Raises
    ------
    InputError
        When the file is missing, damaged, or holds no such network.
    """
    stored = read_network(file, KIND)
    card = checked_card(file, stored.card, InverseCard)
    inputs = architecture(card.backbone).channels(LAYER, card.width)
    inverse = InverseNetwork(inputs, card.width, card.norm)
    stored.fill(inverse)
    inverse.requires_grad_(False).eval().to(hardware.device).to(memory_format=torch.channels_last)
    encoder = open_encoder(card.backbone, card.weights, card.normalisation, hardware, [LAYER])
    return SwapNetwork(encoder, inverse, card, hardware)
