"""The Gram matrix: which features fire together, wherever they fire."""

from typing import Any

import torch
from torch import Tensor

# Rows of a bf16 product are rounded to 8 bits; summing many short products in fp32 averages that out.
ROWS_PER_PRODUCT = 2048


def gram(features: Tensor) -> Tensor:
    """Gram matrices per position: G_ij = sum_p F_i(p) F_j(p) / M.

    Takes (B, N, H, W) in fp64, fp32 or bf16, returns (B, N, N), in fp32 when the features are bf16.
    Source: Gatys et al. 2015, eq. 3, divided by M = H W so that pictures of different sizes compare.
    """
    gram_matrix: Tensor = _Gram.apply(features)
    return gram_matrix


class _Gram(torch.autograd.Function):
    """Products in the features' own precision, sums in fp32, and the closed-form gradient."""

    @staticmethod
    def forward(context: Any, features: Tensor) -> Tensor:
        context.save_for_backward(features)
        rows = _positions_by_channels(features)
        positions = rows.shape[1]
        whole = positions - positions % ROWS_PER_PRODUCT if positions > ROWS_PER_PRODUCT else positions
        total = _summed_products(rows[:, :whole], min(whole, ROWS_PER_PRODUCT))
        if whole < positions:
            total += _summed_products(rows[:, whole:], positions - whole)
        return total / positions

    @staticmethod
    def backward(context: Any, *gradients: Tensor) -> Tensor:
        """dL/dF = (dL/dG + dL/dG^T) F / M."""
        (features,) = context.saved_tensors
        (gradient,) = gradients
        batch, channels, height, width = features.shape
        rows = _positions_by_channels(features)
        symmetric = (gradient + gradient.mT) / rows.shape[1]
        product = rows @ symmetric.to(rows.dtype)
        return product.view(batch, height, width, channels).permute(0, 3, 1, 2)


def _positions_by_channels(features: Tensor) -> Tensor:
    """(B, N, H, W) -> (B, M, N), without a copy when the features are channels_last."""
    return features.permute(0, 2, 3, 1).flatten(1, 2)


def _summed_products(rows: Tensor, length: int) -> Tensor:
    batch, positions, channels = rows.shape
    pieces = rows.reshape(batch * (positions // length), length, channels)
    products = torch.bmm(pieces.mT, pieces)
    products = products.view(batch, -1, channels, channels)
    accumulator = torch.float32 if rows.dtype == torch.bfloat16 else rows.dtype
    return products.sum(1, dtype=accumulator)
