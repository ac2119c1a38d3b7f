"""Seeded start images."""

import torch
from torch import Tensor


def grey_noise(shape: torch.Size, seed: int) -> Tensor:
    """clamp(0.5 + 0.1 N(0, 1), 0, 1) in RGB: the noise of Tai's `neuralart`, which Nikulin and Novak used."""
    generator = torch.Generator().manual_seed(seed)
    noise = 0.5 + 0.1 * torch.randn(shape, generator=generator)
    return noise.clamp_(0, 1).contiguous(memory_format=torch.channels_last)
