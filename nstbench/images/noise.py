"""Seeded start images."""

import torch
from torch import Tensor


def grey_noise(shape: torch.Size, seed: int) -> Tensor:
    """Draw the noise that a descent starts from: clamp(0.5 + 0.1 N(0, 1), 0, 1) in each channel.

    Parameters
    ----------
    shape : torch.Size
        (B, C, H, W).
    seed : int
        The same seed gives the same noise, on every device.

    Returns
    -------
    Tensor
        Of `shape`, fp32 on the CPU, in [0, 1].

    References
    ----------
    Tai's `neuralart`, which Nikulin and Novak used.
    """
    generator = torch.Generator().manual_seed(seed)
    noise = 0.5 + 0.1 * torch.randn(shape, generator=generator)
    return noise.clamp_(0, 1).contiguous(memory_format=torch.channels_last)
