"""Spatial style: feature maps convolved, or correlated, with themselves or with each other.

Source: Nikulin and Novak 2016, section 7: G_i(u) = sum_v F_i(v) F_i(u - v) over all 2X - 1 by 2Y - 1
shifts u, and its gradient, the valid correlation of G - A with F.

Distances are taken between spectra. By Parseval's theorem the squared distance of two convolutions is that of
the products of their spectra, so the convolutions, 2X - 1 by 2Y - 1 values each, are never formed.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence

import torch
from torch import Tensor, nn

from nstbench.losses.closed_form import Kept, with_gradient
from nstbench.losses.content import activations
from nstbench.losses.spectrum import HalfPlanes, Parts, Spectrum


class SpectralLoss(nn.Module, ABC):
    """What losses of convolutions share: 1/(4 N^2) sum |G(u)/M - A(u)/M|^2 over convolutions G and shifts u.

    Subclasses say which maps are convolved with which.

    Parameters
    ----------
    target
        The style's features (1, N, X, Y), of the size that the picture's have.
    """

    def __init__(self, target: Tensor) -> None:
        super().__init__()
        self.factor = 0.25 / target.shape[1] ** 2
        maps = _evenly_sided(activations(target.detach()))
        height, width = maps.shape[:2]
        self.spectrum = Spectrum(height, width, maps)
        # Of both half planes of every few frequencies.
        self.kept = nn.ModuleList(Kept(self.keep(*half)) for halves in self.spectrum(maps) for half in halves)
        # Half of the frequencies on a grid of 2X by 2Y.
        self.scale = 1 / (2 * maps[..., 0].numel() * target[0, 0].numel() ** 2)

    @abstractmethod
    def keep(self, real: Tensor, imaginary: Tensor) -> Sequence[Tensor]:
        """Give what a comparison needs of one half plane of the target's spectra.

        Parameters
        ----------
        real, imaginary
            The parts of the spectra, (frequencies, Y, N).

        Returns
        -------
        Sequence of Tensor
            What is kept.
        """

    @abstractmethod
    def compare(self, kept: Iterable[Tensor], real: Tensor, imaginary: Tensor) -> tuple[Tensor, Parts]:
        """Compare one half plane with that of the target.

        Parameters
        ----------
        kept
            What `keep` gave of the target's.
        real, imaginary
            The parts of the picture's spectra, (frequencies, Y, N).

        Returns
        -------
        value : Tensor
            The sum of squared distances of all products, ().
        slope : tuple of Tensor
            A quarter of its gradient with respect to both parts.
        """

    def forward(self, features: Tensor) -> Tensor:
        """Compare a picture with the style.

        Parameters
        ----------
        features
            F (1, N, X, Y) of the same layer.

        Returns
        -------
        Tensor
            The loss, a scalar; it can be differentiated once.
        """
        return self.factor * with_gradient(self._evaluate, activations(features))

    def _evaluate(self, features: Tensor) -> tuple[Tensor, Tensor]:
        height, width = features.shape[-2:]
        kept = (each for each in self.kept if isinstance(each, Kept))
        values: list[Tensor] = []
        slopes: list[HalfPlanes] = []
        for first, second in self.spectrum(_evenly_sided(features)):
            value, slope = self.compare(next(kept), *first)
            other_value, other_slope = self.compare(next(kept), *second)
            values.append(value + other_value)
            slopes.append((slope, other_slope))
        # Without the row and column of zeros that made the sides even.
        gradient = self.spectrum.adjoint(slopes)[:height, :width].permute(2, 0, 1)[None]
        return self.scale * torch.stack(values).sum(), gradient.mul_(4 * self.scale)


class SelfConvolutionLoss(SpectralLoss):
    """Every map convolved with itself, G_i = F_i * F_i.

    For features after a ReLU loss 0 means equal features, because products of polynomials have no zero
    divisors.

    Parameters
    ----------
    target
        The style's features (1, N, X, Y), of the size that the picture's have.

    References
    ----------
    Nikulin and Novak 2016, arXiv:1602.07188, section 7.
    """

    def keep(self, real: Tensor, imaginary: Tensor) -> Sequence[Tensor]:
        """Give the parts of the squared spectra; see `SpectralLoss.keep`."""
        return (real * real).addcmul_(imaginary, imaginary, value=-1), (2 * real).mul_(imaginary)

    def compare(self, kept: Iterable[Tensor], real: Tensor, imaginary: Tensor) -> tuple[Tensor, Parts]:
        """Compare squared spectra; see `SpectralLoss.compare`."""
        u, v = (found.sub_(wanted) for found, wanted in zip(self.keep(real, imaginary), kept, strict=True))
        slope = (u * real).addcmul_(v, imaginary), (v * real).addcmul_(u, imaginary, value=-1)
        return u.square().sum() + v.square().sum(), slope


class AutocorrelationLoss(SpectralLoss):
    """Every map correlated with itself, G_i(u) = sum_v F_i(v) F_i(v + u), which forgets where a pattern lies.

    Parameters
    ----------
    target
        The style's features (1, N, X, Y), of the size that the picture's have.

    References
    ----------
    Nikulin and Novak 2016, arXiv:1602.07188, section 7.
    """

    def keep(self, real: Tensor, imaginary: Tensor) -> Sequence[Tensor]:
        """Give the power spectra; see `SpectralLoss.keep`."""
        return [(real * real).addcmul_(imaginary, imaginary)]

    def compare(self, kept: Iterable[Tensor], real: Tensor, imaginary: Tensor) -> tuple[Tensor, Parts]:
        """Compare power spectra; see `SpectralLoss.compare`."""
        (found,), (wanted,) = self.keep(real, imaginary), kept
        u = found.sub_(wanted)
        return u.square().sum(), (u * real, u * imaginary)


class PairwiseConvolutionLoss(SpectralLoss):
    """Every map convolved with every other, G_ij = F_i * F_j, which its authors took for infeasible.

    At one frequency the products of spectra are the outer product of the vector f of all maps' values with
    itself, so that, as for the Gram matrix of one position,

        sum_ij |f_i f_j - r_i r_j|^2 = (f . f)^2 - 2 Re (r . f)^2 + (r . r)^2,   a . b = sum_i conj(a_i) b_i,

    with a quarter of its gradient (f . f) f - (f . r) r: no more than one value a map and frequency is kept
    of N^2 maps of 2X - 1 by 2Y - 1 values.

    Parameters
    ----------
    target
        The style's features (1, N, X, Y), of the size that the picture's have.

    References
    ----------
    Nikulin and Novak 2016, arXiv:1602.07188, section 7.
    """

    def keep(self, real: Tensor, imaginary: Tensor) -> Sequence[Tensor]:
        """Give the spectra and their energy; see `SpectralLoss.keep`."""
        return real, imaginary, _inner_product((real, imaginary), (real, imaginary))

    def compare(self, kept: Iterable[Tensor], real: Tensor, imaginary: Tensor) -> tuple[Tensor, Parts]:
        """Compare outer products by inner ones; see `SpectralLoss.compare`."""
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


def _evenly_sided(features: Tensor) -> Tensor:
    """(1, N, X, Y) as (X, Y, N), with a row or a column of zeros added where a side is odd."""
    height, width = features.shape[-2:]
    maps = features[0].permute(1, 2, 0)
    return torch.nn.functional.pad(maps, (0, 0, 0, width % 2, 0, height % 2)).contiguous()
