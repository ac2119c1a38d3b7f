"""Spatial style: every feature map convolved, or correlated, with itself.

Source: Nikulin and Novak 2016, section 7: G_i(u) = sum_v F_i(v) F_i(u - v) over all 2X - 1 by 2Y - 1
shifts u, and its gradient, the valid correlation of G - A with F.
"""

from torch import Tensor

from nstbench.losses.spectral_distance import Kept
from nstbench.losses.spectrum import Parts


class SelfConvolution:
    """G_i = F_i * F_i.

    For features after a ReLU distance 0 means equal features, because products of polynomials have no zero
    divisors.
    """

    def keep(self, real: Tensor, imaginary: Tensor) -> Kept:
        return (real * real).addcmul_(imaginary, imaginary, value=-1), (2 * real).mul_(imaginary)

    def compare(self, kept: Kept, real: Tensor, imaginary: Tensor) -> tuple[Tensor, Parts]:
        u, v = (found.sub_(wanted) for found, wanted in zip(self.keep(real, imaginary), kept, strict=True))
        slope = (u * real).addcmul_(v, imaginary), (v * real).addcmul_(u, imaginary, value=-1)
        return _energy(u) + _energy(v), slope


class Autocorrelation:
    """G_i(u) = sum_v F_i(v) F_i(v + u): forgets where a pattern lies."""

    def keep(self, real: Tensor, imaginary: Tensor) -> Kept:
        return [(real * real).addcmul_(imaginary, imaginary)]

    def compare(self, kept: Kept, real: Tensor, imaginary: Tensor) -> tuple[Tensor, Parts]:
        (found,), (wanted,) = self.keep(real, imaginary), kept
        u = found.sub_(wanted)
        return _energy(u), (u * real, u * imaginary)


def _energy(values: Tensor) -> Tensor:
    return values.square().sum()
