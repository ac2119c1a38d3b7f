"""Gram matrices of no picture: a single entry, or random and sparse like those of a painting.

Source: Nikulin and Novak 2016, section 6. A Gram matrix G is symmetric and positive semidefinite, which a
random matrix A need not be. With its symmetric part S and its antisymmetric part K,

    |G - A|^2 = |G - S|^2 + |K|^2,

because symmetric and antisymmetric matrices are orthogonal. The nearest G is S without its negative
eigenvalues (Higham 1988), so the squared distance never falls below their squares plus |K|^2. Features after
a ReLU may not come so near, because they have no negative products.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from nstbench.methods.nikulin2016.sparsity import small_entries


class Distribution(Protocol):
    """What the matrices (N, N) of one layer are drawn from, with entries >= 0, in fp32 on the CPU."""

    @property
    def scale(self) -> Mapping[str, float]:
        """What a painting's Gram matrix decides, by name."""
        ...

    def draw(self, generator: torch.Generator) -> Tensor:
        """Draw a matrix.

        Parameters
        ----------
        generator : torch.Generator
            Of the CPU.

        Returns
        -------
        Tensor
            (N, N), on the CPU.
        """
        ...


@dataclass(frozen=True)
class SingleEntry:
    """A matrix (N, N) of zeros but for `magnitude` at a random place, on the diagonal or above it.

    Parameters
    ----------
    channels
        N.
    diagonal
        Whether the entry lies on the diagonal.
    magnitude
        Its value, above 0.
    """

    channels: int
    diagonal: bool
    magnitude: float

    @property
    def scale(self) -> Mapping[str, float]:
        """See `Distribution.scale`."""
        return {"magnitude": self.magnitude}

    def draw(self, generator: torch.Generator) -> Tensor:
        """Draw as `Distribution.draw` says.

        Parameters
        ----------
        generator : torch.Generator
            Of the CPU.

        Returns
        -------
        Tensor
            (N, N), on the CPU.
        """
        count = 1 if self.diagonal else 2
        places = torch.randperm(self.channels, generator=generator)[:count].sort().values
        matrix = torch.zeros(self.channels, self.channels)
        matrix[places[0], places[-1]] = self.magnitude
        return matrix


@dataclass(frozen=True)
class SparseEntries:
    """|Z| with Z ~ N(0, sigma^2), each entry drawn by itself and zero with probability `sparsity`.

    Parameters
    ----------
    channels
        N.
    sparsity
        In [0, 1].
    sigma
        The standard deviation of Z.
    """

    channels: int
    sparsity: float
    sigma: float

    @classmethod
    def like(cls, matrix: Tensor) -> "SparseEntries":
        """Fit the distribution to a Gram matrix.

        Parameters
        ----------
        matrix
            (N, N), entries >= 0.

        Returns
        -------
        SparseEntries
            With the matrix's sparsity, and the mean square of its other entries.
        """
        small = small_entries(matrix)
        sigma = matrix[~small].square().mean().sqrt()
        return cls(len(matrix), small.float().mean().item(), sigma.item())

    @property
    def scale(self) -> Mapping[str, float]:
        """See `Distribution.scale`."""
        return {"sparsity": self.sparsity, "sigma": self.sigma}

    def draw(self, generator: torch.Generator) -> Tensor:
        """Draw as `Distribution.draw` says.

        Parameters
        ----------
        generator : torch.Generator
            Of the CPU.

        Returns
        -------
        Tensor
            (N, N), on the CPU.
        """
        shape = (self.channels, self.channels)
        amplitudes = self.sigma * torch.randn(shape, generator=generator).abs()
        return amplitudes * (torch.rand(shape, generator=generator) >= self.sparsity)


def mirrored(matrix: Tensor) -> Tensor:
    """Make a matrix symmetric, with the same diagonal and the same entries above it.

    Parameters
    ----------
    matrix
        (N, N).

    Returns
    -------
    Tensor
        (N, N).
    """
    return matrix.triu() + matrix.triu(1).mT


def nearest_gram(matrix: Tensor) -> Tensor:
    """Find the positive semidefinite matrix nearest to a square one.

    Parameters
    ----------
    matrix
        (N, N).

    Returns
    -------
    Tensor
        (N, N), in the same precision.

    References
    ----------
    Higham 1988, Computing a nearest symmetric positive semidefinite matrix.
    """
    values, vectors = torch.linalg.eigh((matrix + matrix.mT).double() / 2)
    nearest: Tensor = (vectors * values.clamp_min(0)) @ vectors.mT
    return nearest.to(matrix.dtype)


def floor(matrix: Tensor) -> float:
    """Find the least |G - A|^2 that any positive semidefinite G has from a matrix.

    Parameters
    ----------
    matrix
        A (N, N).

    Returns
    -------
    float
        The squared distance.
    """
    exact = matrix.cpu().double()
    return (exact - nearest_gram(exact)).square().sum().item()
