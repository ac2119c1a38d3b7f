"""The enlarging network as a module: a small picture in, one of four times its sides out."""

from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.functional import interpolate, pad, pixel_shuffle, relu

from nstbench.networks.feedforward.files import read_network
from nstbench.networks.feedforward.inventory import Card, checked_card

# What files of such networks hold, by their card.
KIND = "super-resolution"
FACTOR = 4
CHANNELS, BLOCKS = 64, 4


def shrink(images: Tensor) -> Tensor:
    """A quarter of the sides, every pixel a mean over its surroundings.

    Parameters
    ----------
    images
        (B, 3, H, W), RGB in [0, 1].

    Returns
    -------
    Tensor
        (B, 3, ceil(H / 4), ceil(W / 4)); beyond the border a picture goes on with its last pixels.
    """
    height, width = images.shape[-2:]
    whole = pad(images, (0, -width % FACTOR, 0, -height % FACTOR), mode="replicate")
    return interpolate(whole, scale_factor=1 / FACTOR, mode="bicubic", antialias=True).clamp(0, 1)


def bicubic(images: Tensor) -> Tensor:
    """Four times the sides, by cubic interpolation.

    Parameters
    ----------
    images
        (B, 3, H, W).

    Returns
    -------
    Tensor
        (B, 3, 4 H, 4 W).
    """
    # What is called antialias is, when a picture grows, the cubic of most programs: a slope stays straight.
    return interpolate(images, scale_factor=FACTOR, mode="bicubic", antialias=True)


class Residual(nn.Module):
    """x + conv(relu(conv(x))).

    Parameters
    ----------
    channels
        Of input and output.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first, self.second = (nn.Conv2d(channels, channels, 3, padding=1) for _ in range(2))

    def forward(self, features: Tensor) -> Tensor:
        """Add what two convolutions make of the features.

        Parameters
        ----------
        features
            (B, N, H, W).

        Returns
        -------
        Tensor
            Of the same shape.
        """
        change: Tensor = self.second(relu(self.first(features)))
        return features + change


class Enlarger(nn.Module):
    """A network that adds to a bicubic enlargement what this lacks.

    The original makes the whole picture, with batch normalisation, and enlarges by convolutions of stride
    1/2. This one computes at the small size, sixteen pixels at once, and begins as bicubic: a short
    training from a dozen pictures gets further so.

    Parameters
    ----------
    width
        Channels relative to the original network, in (0, 1].

    References
    ----------
    Johnson et al. 2016, arXiv:1603.08155, supplement, table 2; Kim, Lee and Lee 2016, Accurate image
    super-resolution using very deep convolutional networks (adding to an interpolation); Shi et al. 2016,
    Real-time single image and video super-resolution using an efficient sub-pixel convolutional neural
    network.
    """

    def __init__(self, width: float) -> None:
        super().__init__()
        channels = max(1, round(width * CHANNELS))
        self.first = nn.Conv2d(3, channels, 9, padding=4)
        self.residuals = nn.Sequential(*(Residual(channels) for _ in range(BLOCKS)))
        self.last = nn.Conv2d(channels, 3 * FACTOR**2, 3, padding=1)
        for parameter in self.last.parameters():
            nn.init.zeros_(parameter)

    def forward(self, images: Tensor) -> Tensor:
        """Enlarge pictures.

        Parameters
        ----------
        images
            (B, 3, H, W), RGB in [0, 1].

        Returns
        -------
        Tensor
            (B, 3, 4 H, 4 W), RGB, not clipped.
        """
        centred = (images - 0.5).contiguous(memory_format=torch.channels_last)
        missing: Tensor = self.last(self.residuals(relu(self.first(centred))))
        return bicubic(images) + pixel_shuffle(missing, FACTOR)


def load_enlarger(file: Path, device: torch.device) -> Enlarger:
    """Read a trained network.

    Parameters
    ----------
    file
        What a training of the pipeline has written.
    device
        Where it is to run.

    Returns
    -------
    Enlarger
        Frozen.

    Raises
    ------
    InputError
        When the file is missing, damaged, or holds no such network.
    """
    stored = read_network(file, KIND)
    network = Enlarger(checked_card(file, stored.card, Card).width)
    stored.fill(network)
    return network.requires_grad_(False).to(device).to(memory_format=torch.channels_last)
