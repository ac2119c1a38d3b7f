"""Products of feature maps, averaged over positions.

They are computed in the features' own precision and summed in fp32 when that is bf16.
"""

import torch
from torch import Tensor

# Rows of a bf16 product are rounded to 8 bits; summing many short products in fp32 averages that out.
ROWS_PER_PRODUCT = 2048


def positions_by_channels(features: Tensor) -> Tensor:
    """(B, N, H, W) -> (B, M, N), without a copy when the features are channels_last."""
    return features.permute(0, 2, 3, 1).flatten(1, 2)


def maps_from_positions(rows: Tensor, like: Tensor) -> Tensor:
    """(B, M, N) -> (B, N, H, W) of the features `like`, channels_last without a copy."""
    batch, channels, height, width = like.shape
    return rows.view(batch, height, width, channels).permute(0, 3, 1, 2)


def mean_products(left: Tensor, right: Tensor, shift: float = 0.0) -> Tensor:
    """sum_p (L_i(p) + s) (R_j(p) + s) / M for (B, M, N) and (B, M, K), returns (B, N, K).

    The shift s is added to the products, not to the features, which are only read.
    """
    positions = left.shape[1]
    whole = positions - positions % ROWS_PER_PRODUCT if positions > ROWS_PER_PRODUCT else positions
    total = _summed_products(left[:, :whole], right[:, :whole], min(whole, ROWS_PER_PRODUCT))
    if whole < positions:
        total += _summed_products(left[:, whole:], right[:, whole:], positions - whole)
    products = total / positions
    if shift:
        means = left.mean(1, dtype=total.dtype)[:, :, None] + right.mean(1, dtype=total.dtype)[:, None, :]
        products += shift * means + shift**2
    return products


def gradient_of_left(right: Tensor, gradient: Tensor, shift: float = 0.0) -> Tensor:
    """dL/dL_i(p) = sum_j dL/dG_ij (R_j(p) + s) / M for G = mean_products(left, right, s).

    Takes R (B, M, K) and dL/dG (B, N, K), returns (B, M, N) in the precision of R.
    """
    slope = gradient / right.shape[1]
    products = right @ slope.mT.to(right.dtype)
    return products.add_(shift * slope.sum(2)[:, None, :]) if shift else products


def _summed_products(left: Tensor, right: Tensor, length: int) -> Tensor:
    products = torch.bmm(_pieces(left, length).mT, _pieces(right, length))
    products = products.view(len(left), -1, *products.shape[1:])
    accumulator = torch.float32 if left.dtype == torch.bfloat16 else left.dtype
    return products.sum(1, dtype=accumulator)


def _pieces(rows: Tensor, length: int) -> Tensor:
    batch, positions, channels = rows.shape
    return rows.reshape(batch * (positions // length), length, channels)
