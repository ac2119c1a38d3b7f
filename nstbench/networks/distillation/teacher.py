"""The teacher of the embedded backbones: a VGG-19 of full width."""

import math

import torch
from torch import Tensor, nn

from nstbench.core.hardware import resolve
from nstbench.networks.backbone import Backbone
from nstbench.networks.loading import load_backbone
from nstbench.networks.vgg import VGG19

TAPS = (
    *("relu1_1", "relu2_1", "relu2_2", "relu3_1", "relu3_2", "relu3_4"),
    *("relu4_1", "relu4_2", "relu4_4", "relu5_1", "relu5_2", "relu5_4"),
)
# An activation is read at no more points a side: neighbours are alike, and a student need not answer for all.
POINTS_A_SIDE = 8


class Teacher(nn.Module):
    """A VGG-19's activations at a grid of points, each channel divided by its standard deviation.

    Parameters
    ----------
    network
        A VGG-19 as trained; it is frozen.
    """

    def __init__(self, network: Backbone) -> None:
        super().__init__()
        self.network = network.eval().requires_grad_(False)
        self.deviations = {tap: torch.ones(channels) for tap, channels in self.channels.items()}
        self.levels = {tap: torch.zeros(channels) for tap, channels in self.channels.items()}

    @classmethod
    def load(cls, weights: str) -> "Teacher":
        """Read a teacher, in bf16 where the machine computes in it.

        Parameters
        ----------
        weights
            As of `load_backbone`.

        Returns
        -------
        Teacher
            Still to be calibrated.

        Raises
        ------
        InputError
            When there are no such weights.
        """
        return cls(load_backbone("vgg19", weights, "max", resolve("cpu"), normalisation="none"))

    @property
    def channels(self) -> dict[str, int]:
        """Number of channels of each activation."""
        return {tap: VGG19.channels(tap, self.network.width) for tap in TAPS}

    @torch.no_grad()
    def calibrate(self, images: Tensor) -> None:
        """Measure each channel's standard deviation, and its mean in that unit.

        Parameters
        ----------
        images
            (N, 3, H, W), RGB in [0, 1].
        """
        for tap, activation in self.network(images, TAPS).items():
            deviation, mean = torch.std_mean(activation.float(), (0, 2, 3))
            self.deviations[tap] = deviation.clamp_min(1e-3)
            self.levels[tap] = mean / self.deviations[tap]

    @torch.no_grad()
    def forward(self, images: Tensor, grid: int) -> dict[str, Tensor]:
        """Activations at the points of a grid.

        Parameters
        ----------
        images
            (N, 3, S, S), RGB in [0, 1].
        grid
            Which of the grids of `rows_and_columns`.

        Returns
        -------
        dict
            (N, C, h, w) by tap, not negative.
        """
        read = {}
        for tap, activation in self.network(images, TAPS).items():
            rows, columns = rows_and_columns(activation.shape[-1], grid)
            points = activation[:, :, rows][..., columns].float()
            read[tap] = points / self.deviations[tap].view(-1, 1, 1)
        return read


def rows_and_columns(side: int, grid: int) -> tuple[slice, slice]:
    """Where an activation is read: every k-th row and column.

    Parameters
    ----------
    side
        Its height and width.
    grid
        The grid's number; from 0 to k^2 - 1 it goes through all that there are.

    Returns
    -------
    rows, columns
        At most POINTS_A_SIDE of either.
    """
    every = math.ceil(side / POINTS_A_SIDE)
    return slice(grid % every, side, every), slice(grid // every % every, side, every)
