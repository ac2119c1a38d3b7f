"""The generator as modules: noise of several sizes in, joined from the coarsest to the finest, a picture out.

References
----------
Ulyanov et al. 2016, arXiv:1603.03417, section 4.2 and figure 2.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d

from nstbench.core.hardware import Hardware
from nstbench.methods.ulyanov2016.recipe import GeneratorCard, Norm
from nstbench.networks.feedforward.files import read_network
from nstbench.networks.feedforward.inventory import checked_card
from nstbench.networks.feedforward.modules import InstanceNorm, NearestUpsampling, reflect

# What files of such networks hold, by their card.
KIND = "generator"
# Section 4.2: channels that every size of noise brings in, and channels of the noise.
CHANNELS = 8
NOISE = 3
Padding = Literal["circular", "reflect"]
# Of the activation below 0.
SLOPE = 0.01
NORMS: dict[Norm, type[nn.Module]] = {"batch": nn.BatchNorm2d, "instance": InstanceNorm}


class ConvolutionBlock(nn.Sequential):
    """Convolutions of 3 x 3, 3 x 3 and 1 x 1, each with a norm and a leaky ReLU.

    Parameters
    ----------
    inputs, channels
        In front of the block, and behind it.
    norm
        "batch" or "instance".
    padding
        Of the convolutions: "circular" or "reflect".

    References
    ----------
    Ulyanov et al. 2016, figure 2.
    """

    def __init__(self, inputs: int, channels: int, norm: Norm, padding: Padding) -> None:
        modules: list[nn.Module] = []
        for kernel in (3, 3, 1):
            # A norm right behind a convolution takes its bias away.
            convolution = nn.Conv2d(
                inputs, channels, kernel, padding=kernel // 2, padding_mode=padding, bias=False
            )
            modules += [convolution, NORMS[norm](channels), nn.LeakyReLU(SLOPE, inplace=True)]
            inputs = channels
        super().__init__(*modules)


class Join(nn.Module):
    """Coarse features, enlarged by nearest neighbours, beside finer ones, both brought to one scale.

    Parameters
    ----------
    coarse, fine
        Channels of both.
    norm
        "batch" or "instance".

    References
    ----------
    Ulyanov et al. 2016, figure 2 and section 4.2: the norms keep one scale from drowning the other.
    """

    def __init__(self, coarse: int, fine: int, norm: Norm) -> None:
        super().__init__()
        self.enlarge = NearestUpsampling()
        self.coarse_norm, self.fine_norm = NORMS[norm](coarse), NORMS[norm](fine)

    def forward(self, coarse: Tensor, fine: Tensor) -> Tensor:
        """Join both.

        Parameters
        ----------
        coarse : Tensor
            (B, N, H, W).
        fine : Tensor
            (B, K, 2 H, 2 W).

        Returns
        -------
        Tensor
            (B, N + K, 2 H, 2 W).
        """
        return torch.cat([self.coarse_norm(self.enlarge(coarse)), self.fine_norm(fine)], 1)


class Generator(nn.Module):
    """A generator of textures, or of pictures in a style.

    Convolutions of one that makes textures go around the picture, so that its textures can be tiled; those of
    one that stylizes reflect, because the left border of a content is not like its right one.

    Parameters
    ----------
    scales
        Sizes of noise.
    norm
        "batch" or "instance".
    stylizes
        Whether it looks at a content.

    References
    ----------
    Ulyanov et al. 2016, arXiv:1603.03417, section 4.2; Ulyanov et al. 2016b, arXiv:1607.08022.
    """

    def __init__(self, scales: int, norm: Norm, stylizes: bool) -> None:
        super().__init__()
        self.scales, self.stylizes = scales, stylizes
        padding: Padding = "reflect" if stylizes else "circular"
        inputs = NOISE + (3 if stylizes else 0)
        # From the coarsest size to the finest.
        self.inputs = nn.ModuleList(ConvolutionBlock(inputs, CHANNELS, norm, padding) for _ in range(scales))
        widths = [CHANNELS * number for number in range(1, scales + 1)]
        self.joins = nn.ModuleList(Join(width, CHANNELS, norm) for width in widths[:-1])
        self.blocks = nn.ModuleList(ConvolutionBlock(width, width, norm, padding) for width in widths[1:])
        self.last = nn.Conv2d(widths[-1], 3, 1)

    @property
    def stride(self) -> int:
        """Pixels between neighbouring values of the coarsest noise; sides are multiples of it."""
        return 1 << (self.scales - 1)

    def noise(self, pictures: int, height: int, width: int, seed: int) -> list[Tensor]:
        """Draw uniform noise.

        Parameters
        ----------
        pictures
            B.
        height, width
            Of the pictures, multiples of the stride.
        seed
            Decides it, on every device.

        Returns
        -------
        list of Tensor
            (B, 3, h, w) in [0, 1), from the coarsest size to the finest, fp32 on the CPU.
        """
        generator = torch.Generator().manual_seed(seed)
        strides = [2**power for power in reversed(range(self.scales))]
        return [
            torch.rand(pictures, NOISE, height // stride, width // stride, generator=generator)
            for stride in strides
        ]

    def forward(self, noise: Sequence[Tensor], contents: Tensor | None = None) -> Tensor:
        """Make pictures.

        Parameters
        ----------
        noise : sequence of Tensor
            (B, 3, h, w), from the coarsest size to the finest.
        contents : Tensor, optional
            (B, 3, H, W), RGB in [0, 1], for a generator that stylizes.

        Returns
        -------
        Tensor
            (B, 3, H, W), RGB, about [0, 1].
        """
        sizes = [*noise]
        if contents is not None:
            strides = [2**power for power in reversed(range(self.scales))]
            sizes = [
                torch.cat([avg_pool2d(contents, stride), each], 1)
                for stride, each in zip(strides, noise, strict=True)
            ]
        features, *finer = (block(each) for block, each in zip(self.inputs, sizes, strict=True))
        for fine, join, block in zip(finer, self.joins, self.blocks, strict=True):
            features = block(join(features, fine))
        # Grey at first, and with about the contrast of a picture.
        picture: Tensor = 0.5 + 0.25 * self.last(features)
        return picture

    @torch.inference_mode()
    def stylize(self, content: Tensor, seed: int, hardware: Hardware) -> Tensor:
        """Make a picture of the size of a content.

        Parameters
        ----------
        content
            (1, 3, H, W) of any size, RGB in [0, 1].
        seed
            Of the noise.
        hardware
            Where generator and content are.

        Returns
        -------
        Tensor
            (1, 3, H, W), RGB in [0, 1], fp32.
        """
        height, width = content.shape[-2:]
        # At two positions at least, which reflection needs.
        below, right = (max(-side % self.stride, 2 * self.stride - side) for side in (height, width))
        filled = reflect(content, 0, below, right)
        noise = self.noise(1, height + below, width + right, seed)
        with hardware.autocast():
            picture = self([each.to(content.device) for each in noise], filled if self.stylizes else None)
        result: Tensor = picture[..., :height, :width].float().clamp_(0, 1)
        return result


def load_generator(file: Path, device: torch.device) -> Generator:
    """Read a trained generator.

    Parameters
    ----------
    file
        A .safetensors file of `nstbench train-texture`.
    device
        Where it is to run.

    Returns
    -------
    Generator
        Frozen.

    Raises
    ------
    InputError
        When the file is missing, damaged, or holds no such network.
    """
    stored = read_network(file, KIND)
    card = checked_card(file, stored.card, GeneratorCard)
    generator = Generator(card.scales, card.norm, card.stylizes)
    stored.fill(generator)
    return generator.requires_grad_(False).eval().to(device).to(memory_format=torch.channels_last)
