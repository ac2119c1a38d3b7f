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

import torch
from torch import Tensor, nn

from nstbench.losses.closed_form import with_gradient
from nstbench.losses.content import activations

# Pairs of positions whose inner products are held at once.
PAIRS_AT_ONCE = 2**20


class CovariationLoss(nn.Module):
    """How far covariations are from the style's, |T/M - U/M_s|^2 / (4 N^2 K), by the cheaper form.

    Parameters
    ----------
    style_target
        The style picture's features (1, N, H_s, W_s) in a style layer; its size may be another.
    content_target
        Its features (1, K, h_s, w_s) in the content layer.

    References
    ----------
    Nikulin and Novak 2016, arXiv:1602.07188, section 9.
    """

    style_target: Tensor
    content_target: Tensor

    def __init__(self, style_target: Tensor, content_target: Tensor) -> None:
        super().__init__()
        self.register_buffer("style_target", style_target.detach())
        self.register_buffer("content_target", content_target.detach())
        self.factor = 0.25 / (style_target.shape[1] ** 2 * content_target.shape[1])
        # Which form is cheaper depends on the size of the picture, so it is made at the first one.
        self.form: DenseCovariation | KernelCovariation | None = None

    def forward(self, style: Tensor, content: Tensor) -> Tensor:
        """Compare a picture with the style.

        Parameters
        ----------
        style
            f (1, N, H, W), its features in the style layer.
        content
            C (1, K, h, w), its features in the content layer.

        Returns
        -------
        Tensor
            The loss, a scalar; it can be differentiated once.
        """
        by_pairs = kernel_cost(style, content, self.style_target) < dense_cost(style, content)
        cheaper = KernelCovariation if by_pairs else DenseCovariation
        if not isinstance(self.form, cheaper):
            self.form = cheaper(self.style_target, self.content_target)
        distance: Tensor = self.form(style, content)
        return self.factor * distance


def dense_cost(style: Tensor, content: Tensor) -> int:
    """Multiply-adds of a value and its gradient by `DenseCovariation`, in matrix products.

    Parameters
    ----------
    style
        (1, N, H, W); only its shape counts.
    content
        (1, K, h, w).

    Returns
    -------
    int
        Their number.
    """
    (channels, height, width), (depth, rows, columns) = style.shape[1:], content.shape[1:]
    resampling = height * columns * (width + rows)
    return channels * (channels + 1) // 2 * (3 * depth * rows * columns + 2 * resampling)


def kernel_cost(style: Tensor, content: Tensor, style_target: Tensor) -> int:
    """Multiply-adds of a value and its gradient by `KernelCovariation`, in matrix products.

    Parameters
    ----------
    style
        (1, N, H, W); only its shape counts.
    content
        (1, K, h, w).
    style_target
        (1, N, H_s, W_s).

    Returns
    -------
    int
        Their number.
    """
    positions, others = style[0, 0].numel(), style_target[0, 0].numel()
    return 2 * positions * (positions + others) * (style.shape[1] + content.shape[1])


class DenseCovariation(nn.Module):
    """|T/M - U/M_s|^2 in the dense form, one i at a time and j >= i: at most N maps of products at once.

    Parameters
    ----------
    style_target, content_target
        As for `CovariationLoss`.
    """

    target: Tensor

    def __init__(self, style_target: Tensor, content_target: Tensor) -> None:
        super().__init__()
        style, content = activations(style_target.detach()), activations(content_target.detach())
        grams = _local_grams(style[0].contiguous(), Resampling.between(content, style))
        # U/M_s, (K, N (N + 1) / 2): the columns of i = 1 with j = 1, ..., N, then those of i = 2.
        self.register_buffer("target", torch.cat([content[0].flatten(1) @ rows.mT for rows in grams], 1))

    def forward(self, style: Tensor, content: Tensor) -> Tensor:
        """Compare a picture with the style.

        Parameters
        ----------
        style, content
            As for `CovariationLoss`.

        Returns
        -------
        Tensor
            The squared distance, a scalar; it can be differentiated once.
        """
        return with_gradient(self._evaluate, activations(style), activations(content))

    def _evaluate(self, style: Tensor, content: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        resampling, grid = Resampling.between(content, style), content.shape[-2:]
        maps, rows = style[0].contiguous(), content[0].flatten(1)
        total, gradient, row_gradient = maps.new_zeros(()), torch.zeros_like(maps), torch.zeros_like(rows)
        targets = self.target.split(list(range(len(maps), 0, -1)), 1)
        for i, (grams, target) in enumerate(zip(_local_grams(maps, resampling), targets, strict=True)):
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


class KernelCovariation(nn.Module):
    """|T/M - U/M_s|^2 in the kernel form, a few rows of the table of pairs of positions at a time.

    Parameters
    ----------
    style_target, content_target
        As for `CovariationLoss`.
    """

    style_target: Tensor
    content_target: Tensor
    target_energy: Tensor

    def __init__(self, style_target: Tensor, content_target: Tensor) -> None:
        super().__init__()
        target = _vectors(activations(style_target.detach()), activations(content_target.detach()))
        self.register_buffer("style_target", target[0])
        self.register_buffer("content_target", target[1])
        self.register_buffer("target_energy", _energy(target[1], _contract(target, target)[1]))

    def forward(self, style: Tensor, content: Tensor) -> Tensor:
        """Compare a picture with the style.

        Parameters
        ----------
        style, content
            As for `CovariationLoss`.

        Returns
        -------
        Tensor
            The squared distance, a scalar; it can be differentiated once.
        """
        return with_gradient(self._evaluate, *_vectors(activations(style), activations(content)))

    def _evaluate(self, style: Tensor, content: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        style_slope, content_slope = _contract((style, content), (style, content))
        style_cross, content_cross = _contract((style, content), (self.style_target, self.content_target))
        total = _energy(content, content_slope) - 2 * _energy(content, content_cross) + self.target_energy
        # The distance is of fourth order in style features and of second order in content features.
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
    """Bilinear resampling, antialiased where it shrinks, as one matrix for each axis.

    Parameters
    ----------
    vertical
        (H, h), each row the weights of one position.
    horizontal
        (W, w), alike.
    """

    vertical: Tensor
    horizontal: Tensor

    @classmethod
    def between(cls, source: Tensor, destination: Tensor) -> "Resampling":
        """Resample from one grid of features to another.

        Parameters
        ----------
        source
            (..., h, w).
        destination
            (..., H, W).

        Returns
        -------
        Resampling
            From (h, w) to (H, W), in the precision of the source.
        """
        matrices = []
        for old, new in zip(source.shape[-2:], destination.shape[-2:], strict=True):
            # Resampled unit vectors are a matrix (new, old): each sample as an average of the old ones.
            identity = torch.eye(old).to(source)[None, None]
            resampled = torch.nn.functional.interpolate(
                identity, (new, old), mode="bilinear", antialias=True, align_corners=False
            )
            matrices.append(resampled[0, 0])
        return cls(*matrices)

    def __call__(self, maps: Tensor) -> Tensor:
        """(..., h, w) to (..., H, W)."""
        return self.vertical @ maps @ self.horizontal.mT

    def adjoint(self, maps: Tensor) -> Tensor:
        """Apply the transposed map B', with sum B(a) b = sum a B'(b).

        Parameters
        ----------
        maps
            (..., H, W).

        Returns
        -------
        Tensor
            (..., h, w).
        """
        return self.vertical.mT @ (maps @ self.horizontal)
