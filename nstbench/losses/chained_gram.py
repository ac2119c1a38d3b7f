"""The chained Gram matrix: which features of a layer fire where which features of a deeper one do.

Source: Novak and Nikulin 2016, who bring the deeper maps to the size of the others; Jain and Venkitachalam's
code does so by their nearest neighbours, as here. The enlarged maps are never formed. They are constant on
the cells of pixels that one position of the deeper layer becomes, so

    sum_p F_i(p) up(D_j)(p) = sum_q (sum of F_i over the cell of q) D_j(q),

and the products are taken on the coarser grid, which cells of four pixels make four times as quick.
"""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, pad

from nstbench.losses.distances import Distance, squared_distance
from nstbench.losses.gram import (
    gradient_of_left,
    maps_from_positions,
    mean_products,
    positions_by_channels,
)


def chained_gram(shallow: Tensor, deep: Tensor, shift: float = 0.0, blur: int = 0) -> Tensor:
    """Chained Gram matrices, C_ij = sum_p (F_i(p) + s) (up(D_j)(p) + s) / M over the positions of F.

    With D = F it is the Gram matrix of F.

    Parameters
    ----------
    shallow
        F (B, N, H, W) in fp64, fp32 or bf16.
    deep
        D (B, K, h, w) with h <= H and w <= W.
    shift
        s, added to all features.
    blur
        How often the enlarged maps are blurred by `binomial_blur`. That is done to F instead, which gives the
        same products, because the blur is its own adjoint.

    Returns
    -------
    Tensor
        C (B, N, K), in fp32 when the features are bf16.

    References
    ----------
    Novak and Nikulin 2016, arXiv:1605.04603.
    """
    maps = binomial_blur(shallow, blur) if blur else shallow
    products: Tensor = _MeanProducts.apply(_means_over_cells(maps, deep.shape[-2:], shift), deep, shift)
    return products


class ChainedGramLoss(nn.Module):
    """How far chained Gram matrices C are from the style's, A: |C - A|^2 / (4 N K).

    Of a batch it is the mean over pictures.

    Parameters
    ----------
    shallow, deep
        The style's features (1, N, H, W) and (1, K, h, w) in two layers.
    shift, blur
        As for `chained_gram`.
    distance
        How both matrices are compared.

    References
    ----------
    Novak and Nikulin 2016, arXiv:1605.04603.
    """

    target: Tensor

    def __init__(
        self,
        shallow: Tensor,
        deep: Tensor,
        shift: float = 0.0,
        blur: int = 0,
        distance: Distance = squared_distance,
    ) -> None:
        super().__init__()
        self.register_buffer("target", chained_gram(shallow.detach(), deep.detach(), shift, blur))
        self.factor = 0.25 / (shallow.shape[1] * deep.shape[1])
        self.shift, self.blur = shift, blur
        self.distance = distance

    def forward(self, shallow: Tensor, deep: Tensor) -> Tensor:
        """Compare pictures with the style.

        Parameters
        ----------
        shallow, deep
            Features (B, N, H, W) and (B, K, h, w) of the same two layers.

        Returns
        -------
        Tensor
            The loss, a scalar.
        """
        products = chained_gram(shallow, deep, self.shift, self.blur)
        return self.factor / len(shallow) * self.distance(products, self.target)


def binomial_blur(maps: Tensor, times: int = 1) -> Tensor:
    """Smooth by a binomial window of 3 x 3 positions, the outer product of (1, 2, 1) / 4 with itself.

    With borders repeated outwards the blur is its own adjoint: <blur a, b> = <a, blur b>. A blurred chain of
    Novak and Nikulin 2016, F_l (blur up(F_k))^T, is therefore the chained Gram matrix of the blurred F_l.

    Parameters
    ----------
    maps
        (B, N, H, W).
    times
        How often, at least 0.

    Returns
    -------
    Tensor
        (B, N, H, W) in the same precision; the means of the maps stay the same.
    """
    blurred: Tensor = _Blur.apply(maps, times)
    return blurred


class _Blur(torch.autograd.Function):
    """A symmetric linear map, so that the gradient is the blurred gradient."""

    @staticmethod
    def forward(context: Any, maps: Tensor, times: int) -> Tensor:
        context.times = times
        # Means over 2 x 2 neighbours, twice a time, have the binomial window.
        for _ in range(times):
            maps = avg_pool2d(avg_pool2d(pad(maps, (1, 1, 1, 1), mode="replicate"), 2, 1), 2, 1)
        return maps

    @staticmethod
    def backward(context: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        return binomial_blur(gradients[0], context.times), None


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
        # Exchanging the layers transposes the matrix.
        of_right = gradient_of_left(positions_by_channels(left), gradient.mT, context.shift)
        return maps_from_positions(of_left, left), maps_from_positions(of_right, right), None
