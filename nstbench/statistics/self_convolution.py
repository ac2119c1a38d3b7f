"""Spatial style: every feature map convolved, or correlated, with itself.

Source: Nikulin and Novak 2016, section 7: G_i(u) = sum_v F_i(v) F_i(u - v) over all 2X - 1 by 2Y - 1
shifts u, and its gradient, the valid correlation of G - A with F. By Parseval's theorem the squared distance
of two such maps is that of their spectra, so the maps are never formed.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from scipy.fft import next_fast_len
from torch import Tensor

from nstbench.statistics.activations import activations
from nstbench.statistics.closed_form import with_gradient

# Padded samples that are transformed at once, so few that their spectra stay in the processor's cache.
SAMPLES_AT_ONCE = 2**19


@dataclass(frozen=True)
class Kind:
    """Which product of a spectrum with itself is compared, and what its gradient multiplies."""

    correlated: bool

    def product(self, spectrum: Tensor) -> Tensor:
        return _power(spectrum) if self.correlated else spectrum.square()

    def partner(self, spectrum: Tensor) -> Tensor:
        return spectrum if self.correlated else spectrum.conj()


# G_i = F_i * F_i. For features after a ReLU distance 0 means equal features, because products of polynomials
# have no zero divisors.
CONVOLUTION = Kind(correlated=False)
# G_i(u) = sum_v F_i(v) F_i(v + u): forgets where a pattern lies.
CORRELATION = Kind(correlated=True)


class SelfConvolutionDistance:
    """F -> sum_i sum_u (G_i(u)/M - A_i(u)/M)^2 for features F and a target of the same shape (1, N, X, Y)."""

    def __init__(self, target: Tensor, kind: Kind) -> None:
        height, width = target.shape[-2:]
        self.kind = kind
        self.padded = (next_fast_len(2 * height - 1, real=True), next_fast_len(2 * width - 1, real=True))
        self.scale = 1 / (self.padded[0] * self.padded[1] * (height * width) ** 2)
        self.products = [kind.product(spectrum) for _, spectrum in self._spectra(activations(target))]
        self.multiplicity = _multiplicity(self.padded[1], self.products[0])

    def __call__(self, features: Tensor) -> Tensor:
        return with_gradient(self._evaluate, activations(features))

    def _evaluate(self, features: Tensor) -> tuple[Tensor, Tensor]:
        height, width = features.shape[-2:]
        total, gradient = features.new_zeros(()), torch.empty_like(features)
        for (channels, spectrum), product in zip(self._spectra(features), self.products, strict=True):
            difference = self.kind.product(spectrum) - product
            total += (_power(difference).sum((0, 1, 2)) * self.multiplicity).sum()
            slope = torch.fft.irfft2(difference * self.kind.partner(spectrum), self.padded, norm="forward")
            gradient[:, channels] = slope[..., :height, :width]
        return self.scale * total, gradient.mul_(4 * self.scale)

    def _spectra(self, features: Tensor) -> Iterator[tuple[slice, Tensor]]:
        """Zero-padded half spectra of a few channels at a time."""
        count = max(1, SAMPLES_AT_ONCE // (self.padded[0] * self.padded[1]))
        for start in range(0, features.shape[1], count):
            channels = slice(start, start + count)
            yield channels, torch.fft.rfft2(features[:, channels].contiguous(), self.padded)


def _power(values: Tensor) -> Tensor:
    """|values|^2, real."""
    return torch.view_as_real(values).square().sum(-1) if values.is_complex() else values.square()


def _multiplicity(padded_width: int, like: Tensor) -> Tensor:
    """How many columns of the whole spectrum each column of a half spectrum stands for, 1 or 2."""
    columns = torch.arange(like.shape[-1], device=like.device)
    single = (columns == 0) | (2 * columns == padded_width)
    return torch.where(single, 1.0, 2.0).to(_power(like[..., 0, 0]).dtype)
