"""The chained Gram matrix: which features of a layer fire where which features of a deeper one do.

Source: Novak and Nikulin 2016, who bring the deeper maps to the size of the others; Jain and Venkitachalam's
code does so by their nearest neighbours, as here. The enlarged maps are never formed. They are constant on
the cells of pixels that one position of the deeper layer becomes, so

    sum_p F_i(p) up(D_j)(p) = sum_q (sum of F_i over the cell of q) D_j(q),

and the products are taken on the coarser grid, which cells of four pixels make four times as quick.
"""

from typing import Any

import torch
from torch import Tensor

from nstbench.losses.products import (
    gradient_of_left,
    maps_from_positions,
    mean_products,
    positions_by_channels,
)


def chained_gram(shallow: Tensor, deep: Tensor, shift: float = 0.0) -> Tensor:
    """C_ij = sum_p (F_i(p) + s) (up(D_j)(p) + s) / M, the mean over the positions of the shallow layer.

    Takes F (B, N, H, W) and D (B, K, h, w), returns (B, N, K), in fp32 when the features are bf16. With D = F
    it is the Gram matrix of F.
    """
    products: Tensor = _MeanProducts.apply(_means_over_cells(shallow, deep.shape[-2:], shift), deep, shift)
    return products


def _means_over_cells(maps: Tensor, size: torch.Size, shift: float) -> Tensor:
    """(B, N, h, w): sums over cells, divided by the mean number of pixels in a cell.

    Where cells differ in size the shift counts with each cell's own number of pixels.
    """
    if maps.shape[-2:] == size:
        return maps
    mean_count = maps[0, 0].numel() / size.numel()
    counts = _sums_over_cells(torch.ones_like(maps[:1, :1]), size)
    return (_sums_over_cells(maps, size) + shift * (counts - mean_count)) / mean_count


def _sums_over_cells(maps: Tensor, size: torch.Size) -> Tensor:
    """The adjoint of nearest-neighbour interpolation from `size` (h, w) to that of the maps."""
    sums: Tensor = torch.ops.aten.upsample_nearest2d_backward(
        maps, list(maps.shape[-2:]), [*maps.shape[:2], *size]
    )
    return sums


class _MeanProducts(torch.autograd.Function):
    """Mean products of two layers' maps of one size, with the closed-form gradients."""

    @staticmethod
    def forward(context: Any, left: Tensor, right: Tensor, shift: float) -> Tensor:
        context.save_for_backward(left, right)
        context.shift = shift
        return mean_products(positions_by_channels(left), positions_by_channels(right), shift)

    @staticmethod
    def backward(context: Any, *gradients: Tensor) -> tuple[Tensor, Tensor, None]:
        left, right = context.saved_tensors
        (gradient,) = gradients
        of_left = gradient_of_left(positions_by_channels(right), gradient, context.shift)
        of_right = gradient_of_left(positions_by_channels(left), gradient.mT, context.shift)
        return maps_from_positions(of_left, left), maps_from_positions(of_right, right), None
