"""Content-aware style: which content features fire together with which pairs of style features.

    T_kij = sum_p c_k(p) f_i(p) f_j(p),   distance = |T/M - U/M_s|^2,   U the same of the style picture

Source: Nikulin and Novak 2016, section 9, who call it probably infeasible. At p, c averages the activations
of a content layer that are "reachable" from p, with weights that they leave open. Here these are the weights
of bilinear resampling, c = B C, from the content layer's grid to the style layer's: the four content neurons
nearest to p, or, where the content layer is the finer one, all under the antialiasing triangle around p.

Two forms have the same value, and each its gradient on the way:

- dense, T = C (B' Z) with Z_ij(p) = f_i(p) f_j(p). The products resampled down, by the adjoint B', instead of
  C up are local Gram matrices on the content layer's grid: N^2 K h w multiply-adds instead of N^2 K M;
- kernel, sums over pairs of positions, because <c x f x f, p x a x a> = <c, p> <f, a>^2 for tensor products:
  (M^2 + M M_s)(N + K), which is less where there are fewer positions than pairs of features. It is a
  difference of large sums, so in fp32 it is exact to about 1e-7 of |U/M_s|^2, not of the distance.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from nstbench.losses.activations import activations
from nstbench.losses.closed_form import with_gradient

# Pairs of positions whose inner products are held at once.
PAIRS_AT_ONCE = 2**20


class CovariationDistance:
    """(f, C) -> |T/M - U/M_s|^2 by the cheaper form, for f (1, N, H, W) and C (1, K, h, w) of one picture.

    The targets are the same two layers of the style picture; its size may be another.
    """

    def __init__(self, style_target: Tensor, content_target: Tensor) -> None:
        self.targets = (style_target, content_target)

    def __call__(self, style: Tensor, content: Tensor) -> Tensor:
        by_pairs = kernel_cost(style, content, self.targets[0]) < dense_cost(style, content)
        return (self.kernel if by_pairs else self.dense)(style, content)

    @cached_property
    def dense(self) -> "DenseCovariation":
        return DenseCovariation(*self.targets)

    @cached_property
    def kernel(self) -> "KernelCovariation":
        return KernelCovariation(*self.targets)


def dense_cost(style: Tensor, content: Tensor) -> int:
    """Multiply-adds of a value and its gradient by `DenseCovariation`, in matrix products."""
    (channels, height, width), (depth, rows, columns) = style.shape[1:], content.shape[1:]
    resampling = height * columns * (width + rows)
    return channels * (channels + 1) // 2 * (3 * depth * rows * columns + 2 * resampling)


def kernel_cost(style: Tensor, content: Tensor, style_target: Tensor) -> int:
    """Multiply-adds of a value and its gradient by `KernelCovariation`, in matrix products."""
    positions, others = style[0, 0].numel(), style_target[0, 0].numel()
    return 2 * positions * (positions + others) * (style.shape[1] + content.shape[1])


class DenseCovariation:
    """The dense form, one i at a time and j >= i, so that at most N maps of products are held at once."""

    def __init__(self, style_target: Tensor, content_target: Tensor) -> None:
        style, content = activations(style_target), activations(content_target)
        grams = _local_grams(style[0].contiguous(), Resampling.between(content, style))
        self.target = [content[0].flatten(1) @ rows.mT for rows in grams]

    def __call__(self, style: Tensor, content: Tensor) -> Tensor:
        return with_gradient(self._evaluate, activations(style), activations(content))

    def _evaluate(self, style: Tensor, content: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        resampling, grid = Resampling.between(content, style), content.shape[-2:]
        maps, rows = style[0].contiguous(), content[0].flatten(1)
        total, gradient, row_gradient = maps.new_zeros(()), torch.zeros_like(maps), torch.zeros_like(rows)
        for i, (grams, target) in enumerate(zip(_local_grams(maps, resampling), self.target, strict=True)):
            difference = rows @ grams.mT - target
            slope = 2 * difference
            slope[:, 1:] *= 2  # T_kji = T_kij
            total += (slope * difference).sum() / 2
            row_gradient.addmm_(slope, grams)
            product_gradient = resampling((slope.mT @ rows).unflatten(1, grid))
            gradient[i:].addcmul_(product_gradient, maps[i])
            gradient[i] += product_gradient.mul_(maps[i:]).sum(0)
        return total, gradient.div_(maps[0].numel()).view_as(style), row_gradient.view_as(content)


def _local_grams(maps: Tensor, resampling: "Resampling") -> Iterator[Tensor]:
    """B' Z_ij / M on the content layer's grid, (N - i, h w), for j = i, ..., N - 1, one i after the other."""
    for i, map_ in enumerate(maps):
        yield resampling.adjoint(map_ * maps[i:]).flatten(1).div_(map_.numel())


class KernelCovariation:
    """The kernel form, a few rows of the table of pairs of positions at a time."""

    def __init__(self, style_target: Tensor, content_target: Tensor) -> None:
        self.target = _vectors(activations(style_target), activations(content_target))
        self.target_energy = _energy(self.target[1], _contract(self.target, self.target)[1])

    def __call__(self, style: Tensor, content: Tensor) -> Tensor:
        return with_gradient(self._evaluate, *_vectors(activations(style), activations(content)))

    def _evaluate(self, style: Tensor, content: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        style_slope, content_slope = _contract((style, content), (style, content))
        style_cross, content_cross = _contract((style, content), self.target)
        total = _energy(content, content_slope) - 2 * _energy(content, content_cross) + self.target_energy
        style_slope.sub_(style_cross).mul_(4 / len(style))
        content_slope.sub_(content_cross).mul_(2 / len(content))
        return total, style_slope, content_slope


def _vectors(style: Tensor, content: Tensor) -> tuple[Tensor, Tensor]:
    """Both layers' features at each position of the style layer, (M, N) and (M, K)."""
    resampled = Resampling.between(content, style)(content)
    return style[0].flatten(1).mT.contiguous(), resampled[0].flatten(1).mT.contiguous()


def _contract(vectors: tuple[Tensor, Tensor], others: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
    """At each p the means over q of <c_p, c_q> <f_p, f_q> f_q, (M, N), and of <f_p, f_q>^2 c_q, (M, K)."""
    (style, content), (other_style, other_content) = vectors, others
    style_means, content_means = torch.empty_like(style), torch.empty_like(content)
    count = len(other_style)
    rows = max(1, PAIRS_AT_ONCE // count)
    for start in range(0, len(style), rows):
        here = slice(start, start + rows)
        products = style[here] @ other_style.mT
        weights = (content[here] @ other_content.mT).mul_(products)
        style_means[here] = weights @ other_style
        content_means[here] = products.square_() @ other_content
    return style_means.div_(count), content_means.div_(count)


def _energy(content: Tensor, contracted: Tensor) -> Tensor:
    """The mean over all pairs of positions of <c_p, c_q> <f_p, f_q>^2."""
    return (content * contracted).sum() / len(content)


@dataclass(frozen=True)
class Resampling:
    """Bilinear resampling, antialiased where it shrinks, as one matrix for each axis."""

    vertical: Tensor
    horizontal: Tensor

    @classmethod
    def between(cls, source: Tensor, destination: Tensor) -> "Resampling":
        """From the grid of the features `source` (..., h, w) to that of `destination` (..., H, W)."""
        sizes = zip(source.shape[-2:], destination.shape[-2:], strict=True)
        return cls(*(_axis_weights(old, new, source) for old, new in sizes))

    def __call__(self, maps: Tensor) -> Tensor:
        """(..., h, w) to (..., H, W)."""
        return self.vertical @ maps @ self.horizontal.mT

    def adjoint(self, maps: Tensor) -> Tensor:
        """(..., H, W) to (..., h, w), with sum B(a) b = sum a B'(b)."""
        return self.vertical.mT @ (maps @ self.horizontal)


def _axis_weights(old: int, new: int, like: Tensor) -> Tensor:
    """(new, old): each sample as an average of the old ones."""
    identity = torch.eye(old).to(like)[None, None]
    return torch.nn.functional.interpolate(
        identity, (new, old), mode="bilinear", antialias=True, align_corners=False
    )[0, 0]
