"""The Gram matrix: which features fire together, wherever they fire."""

from typing import Any

import torch
from torch import Tensor

from nstbench.losses.products import (
    gradient_of_left,
    maps_from_positions,
    mean_products,
    positions_by_channels,
)


def gram(features: Tensor, shift: float = 0.0) -> Tensor:
    """Gram matrices per position: G_ij = sum_p (F_i(p) + s) (F_j(p) + s) / M.

    Takes (B, N, H, W) in fp64, fp32 or bf16, returns (B, N, N), in fp32 when the features are bf16.
    Source: Gatys et al. 2015, eq. 3, divided by M = H W so that pictures of different sizes compare; the
    shift s, by which features that never fire count too, is from Novak and Nikulin 2016.
    """
    gram_matrix: Tensor = _Gram.apply(features, shift)
    return gram_matrix


class _Gram(torch.autograd.Function):
    """The closed-form gradient: dL/dF = (dL/dG + dL/dG^T) (F + s) / M."""

    @staticmethod
    def forward(context: Any, features: Tensor, shift: float) -> Tensor:
        context.save_for_backward(features)
        context.shift = shift
        rows = positions_by_channels(features)
        return mean_products(rows, rows, shift)

    @staticmethod
    def backward(context: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        (features,) = context.saved_tensors
        (gradient,) = gradients
        rows = gradient_of_left(positions_by_channels(features), gradient + gradient.mT, context.shift)
        return maps_from_positions(rows, features), None
