"""Spatial style of all pairs of feature maps, which its authors took for infeasible.

Source: Nikulin and Novak 2016, section 7: G_ij = F_i * F_j for all i and j, N^2 maps of 2X - 1 by 2Y - 1
values. At one frequency the products of spectra are the outer product of the vector f of all maps' values
with itself, so that, as for the Gram matrix of one position,

    sum_ij |f_i f_j - r_i r_j|^2 = (f . f)^2 - 2 Re (r . f)^2 + (r . r)^2,   a . b = sum_i conj(a_i) b_i,

with a quarter of its gradient (f . f) f - (f . r) r: no more than one value a map and frequency is kept.
"""

from torch import Tensor

from nstbench.losses.spectral_distance import Kept
from nstbench.losses.spectrum import Parts


class PairwiseConvolution:
    """G_ij = F_i * F_j for all pairs of maps."""

    def keep(self, real: Tensor, imaginary: Tensor) -> Kept:
        return real, imaginary, _inner_product((real, imaginary), (real, imaginary))

    def compare(self, kept: Kept, real: Tensor, imaginary: Tensor) -> tuple[Tensor, Parts]:
        wanted_real, wanted_imaginary, wanted_energy = kept
        energy = _inner_product((real, imaginary), (real, imaginary))
        cross = _inner_product((wanted_real, wanted_imaginary), (real, imaginary))
        turned = _inner_product((wanted_real, wanted_imaginary), (imaginary, -real))
        value = energy.square() - 2 * (cross.square() - turned.square()) + wanted_energy.square()
        slope = (
            (energy * real)
            .addcmul_(cross, wanted_real, value=-1)
            .addcmul_(turned, wanted_imaginary, value=-1),
            (energy * imaginary).addcmul_(cross, wanted_imaginary, value=-1).addcmul_(turned, wanted_real),
        )
        return value.sum(), slope


def _inner_product(first: Parts, second: Parts) -> Tensor:
    """The real part of the inner product over maps, (frequencies, Y, 1)."""
    (a, b), (c, d) = first, second
    return (a * c).addcmul_(b, d).sum(-1, keepdim=True)
