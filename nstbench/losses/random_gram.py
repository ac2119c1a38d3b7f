"""Gram matrices of no picture: a single entry, or random and sparse like those of a painting.

Source: Nikulin and Novak 2016, section 6. A Gram matrix G is symmetric and positive semidefinite, which a
made-up matrix A need not be. With its symmetric part S and its antisymmetric part K,

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

from nstbench.losses.gram import gram
from nstbench.losses.sparsity import small_entries


class Recipe(Protocol):
    """What the matrices (N, N) of one layer are drawn from, with entries >= 0, in fp32 on the CPU.

    `scale` names what a painting's Gram matrix decides.
    """

    @property
    def scale(self) -> Mapping[str, float]: ...
    def draw(self, generator: torch.Generator) -> Tensor: ...


@dataclass(frozen=True)
class SingleEntry:
    """A matrix of zeros but for `magnitude` at a random place, on the diagonal or above it."""

    channels: int
    diagonal: bool
    magnitude: float

    @property
    def scale(self) -> Mapping[str, float]:
        return {"magnitude": self.magnitude}

    def draw(self, generator: torch.Generator) -> Tensor:
        count = 1 if self.diagonal else 2
        places = torch.randperm(self.channels, generator=generator)[:count].sort().values
        matrix = torch.zeros(self.channels, self.channels)
        matrix[places[0], places[-1]] = self.magnitude
        return matrix


@dataclass(frozen=True)
class SparseEntries:
    """|Z| with Z ~ N(0, sigma^2), each entry drawn by itself and zero with probability `sparsity`."""

    channels: int
    sparsity: float
    sigma: float

    @classmethod
    def like(cls, matrix: Tensor) -> "SparseEntries":
        """With the sparsity of a Gram matrix (N, N), and the mean square of its other entries."""
        small = small_entries(matrix)
        sigma = matrix[~small].square().mean().sqrt()
        return cls(len(matrix), small.float().mean().item(), sigma.item())

    @property
    def scale(self) -> Mapping[str, float]:
        return {"sparsity": self.sparsity, "sigma": self.sigma}

    def draw(self, generator: torch.Generator) -> Tensor:
        shape = (self.channels, self.channels)
        amplitudes = self.sigma * torch.randn(shape, generator=generator).abs()
        return amplitudes * (torch.rand(shape, generator=generator) >= self.sparsity)


class GramDistance:
    """F -> |G - A|^2 for features F (1, N, H, W) with the Gram matrix G, and a matrix A (N, N)."""

    def __init__(self, target: Tensor) -> None:
        self.target = target

    def __call__(self, features: Tensor) -> Tensor:
        return (gram(features)[0] - self.target).square().sum()


def mirrored(matrix: Tensor) -> Tensor:
    """The symmetric matrix with the same diagonal and the same entries above it."""
    return matrix.triu() + matrix.triu(1).mT


def nearest_gram(matrix: Tensor) -> Tensor:
    """The positive semidefinite matrix nearest to a square one, in the same precision (Higham 1988)."""
    values, vectors = torch.linalg.eigh((matrix + matrix.mT).double() / 2)
    nearest: Tensor = (vectors * values.clamp_min(0)) @ vectors.mT
    return nearest.to(matrix.dtype)


def floor(matrix: Tensor) -> float:
    """The least |G - A|^2 that any positive semidefinite G has from the matrix A."""
    exact = matrix.cpu().double()
    return (exact - nearest_gram(exact)).square().sum().item()
