"""Spatial style: every feature map convolved, or correlated, with itself.

Source: Nikulin and Novak 2016, section 7: G_i(u) = sum_v F_i(v) F_i(u - v) over all 2X - 1 by 2Y - 1
shifts u, and its gradient, the valid correlation of G - A with F. By Parseval's theorem the squared distance
of two such maps is that of their spectra, so the maps are never formed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from nstbench.statistics.activations import activations
from nstbench.statistics.closed_form import with_gradient
from nstbench.statistics.spectrum import HalfPlanes, Parts, Spectrum


@dataclass(frozen=True)
class Kind:
    """The product of a spectrum with itself, by its parts.

    `slope` takes the parts of the difference d from another product, then those of the spectrum, and returns
    a quarter of the gradient of |d|^2.
    """

    product: Callable[[Tensor, Tensor], Sequence[Tensor]]
    slope: Callable[..., Parts]


# G_i = F_i * F_i. For features after a ReLU distance 0 means equal features, because products of polynomials
# have no zero divisors.
CONVOLUTION = Kind(
    product=lambda real, imaginary: (
        (real * real).addcmul_(imaginary, imaginary, value=-1),
        (2 * real).mul_(imaginary),
    ),
    slope=lambda u, v, real, imaginary: (
        (u * real).addcmul_(v, imaginary),
        (v * real).addcmul_(u, imaginary, value=-1),
    ),
)
# G_i(u) = sum_v F_i(v) F_i(v + u): forgets where a pattern lies.
CORRELATION = Kind(
    product=lambda real, imaginary: [(real * real).addcmul_(imaginary, imaginary)],
    slope=lambda u, real, imaginary: (u * real, u * imaginary),
)


class SelfConvolutionDistance:
    """F -> sum_i sum_u (G_i(u)/M - A_i(u)/M)^2 for features F and a target of the same shape (1, N, X, Y)."""

    def __init__(self, target: Tensor, kind: Kind) -> None:
        self.kind = kind
        maps = _evenly_sided(activations(target))
        self.spectrum = Spectrum.of(maps)
        self.products = [[kind.product(*half) for half in halves] for halves in self.spectrum(maps)]
        # Half of the frequencies on a grid of 2X by 2Y.
        self.scale = 1 / (2 * maps[..., 0].numel() * target[0, 0].numel() ** 2)

    def __call__(self, features: Tensor) -> Tensor:
        return with_gradient(self._evaluate, activations(features))

    def _evaluate(self, features: Tensor) -> tuple[Tensor, Tensor]:
        height, width = features.shape[-2:]
        spectra = self.spectrum(_evenly_sided(features))
        values, slopes = zip(*map(self._compare, spectra, self.products), strict=True)
        gradient = self.spectrum.adjoint(slopes)[:height, :width].permute(2, 0, 1)[None]
        return self.scale * torch.stack(values).sum(), gradient.mul_(4 * self.scale)

    def _compare(self, halves: HalfPlanes, products: Sequence[Sequence[Tensor]]) -> tuple[Tensor, HalfPlanes]:
        """The squared distance of some spectra's products from others, and a quarter of its gradient."""
        value, slopes = halves[0][0].new_zeros(()), []
        for half, product in zip(halves, products, strict=True):
            found = self.kind.product(*half)
            difference = [part.sub_(aim) for part, aim in zip(found, product, strict=True)]
            value += sum(torch.dot(part.flatten(), part.flatten()) for part in difference)
            slopes.append(self.kind.slope(*difference, *half))
        return value, (slopes[0], slopes[1])


def _evenly_sided(features: Tensor) -> Tensor:
    """(1, N, X, Y) as (X, Y, N), with a row or a column of zeros added where a side is odd."""
    height, width = features.shape[-2:]
    maps = features[0].permute(1, 2, 0)
    return torch.nn.functional.pad(maps, (0, 0, 0, width % 2, 0, height % 2)).contiguous()
