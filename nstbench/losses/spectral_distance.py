"""Distances of convolutions of feature maps, taken between their spectra.

By Parseval's theorem the squared distance of two convolutions is that of the products of their spectra, so
the convolutions, 2X - 1 by 2Y - 1 values each, are never formed.
"""

from collections.abc import Sequence
from typing import Protocol

import torch
from torch import Tensor

from nstbench.losses.activations import activations
from nstbench.losses.closed_form import with_gradient
from nstbench.losses.spectrum import HalfPlanes, Parts, Spectrum

# What is kept of one half plane of the target's spectra.
Kept = Sequence[Tensor]


class Convolution(Protocol):
    """Which maps are convolved with which; spectra come as their parts, (frequencies, Y, N) each."""

    def keep(self, real: Tensor, imaginary: Tensor) -> Kept:
        """What a comparison needs of the target's spectra."""
        ...

    def compare(self, kept: Kept, real: Tensor, imaginary: Tensor) -> tuple[Tensor, Parts]:
        """The sum of squared distances of all products, (), and a quarter of its gradient by the parts."""
        ...


class SpectralDistance:
    """F -> sum |G(u)/M - A(u)/M|^2 over convolutions G and shifts u, for F and a target (1, N, X, Y)."""

    def __init__(self, target: Tensor, convolution: Convolution) -> None:
        self.convolution = convolution
        maps = _evenly_sided(activations(target))
        self.spectrum = Spectrum.of(maps)
        self.kept = [[convolution.keep(*half) for half in halves] for halves in self.spectrum(maps)]
        # Half of the frequencies on a grid of 2X by 2Y.
        self.scale = 1 / (2 * maps[..., 0].numel() * target[0, 0].numel() ** 2)

    def __call__(self, features: Tensor) -> Tensor:
        return with_gradient(self._evaluate, activations(features))

    def _evaluate(self, features: Tensor) -> tuple[Tensor, Tensor]:
        height, width = features.shape[-2:]
        spectra = self.spectrum(_evenly_sided(features))
        values, slopes = zip(*map(self._compare, self.kept, spectra), strict=True)
        gradient = self.spectrum.adjoint(slopes)[:height, :width].permute(2, 0, 1)[None]
        return self.scale * torch.stack(values).sum(), gradient.mul_(4 * self.scale)

    def _compare(self, kept: Sequence[Kept], halves: HalfPlanes) -> tuple[Tensor, HalfPlanes]:
        (value, slope), (other_value, other_slope) = (
            self.convolution.compare(of_target, *half) for of_target, half in zip(kept, halves, strict=True)
        )
        return value + other_value, (slope, other_slope)


def _evenly_sided(features: Tensor) -> Tensor:
    """(1, N, X, Y) as (X, Y, N), with a row or a column of zeros added where a side is odd."""
    height, width = features.shape[-2:]
    maps = features[0].permute(1, 2, 0)
    return torch.nn.functional.pad(maps, (0, 0, 0, width % 2, 0, height % 2)).contiguous()
