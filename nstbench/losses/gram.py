"""The Gram matrix: which features fire together, wherever they fire.

Products of feature maps are computed in the features' own precision and summed in fp32 when that is bf16.
"""

from typing import Any, Self

import torch
from torch import Tensor, nn

from nstbench.losses.distances import Distance, squared_distance

# Rows of a bf16 product are rounded to 8 bits; summing many short products in fp32 averages that out.
ROWS_PER_PRODUCT = 2048


def gram(features: Tensor, shift: float = 0.0) -> Tensor:
    """Gram matrices per position, G_ij = sum_p (F_i(p) + s) (F_j(p) + s) / M.

    The paper's sums are divided by M = H W, so that pictures of different sizes compare.

    Parameters
    ----------
    features
        F (B, N, H, W) in fp64, fp32 or bf16.
    shift
        s, by which features that never fire count too.

    Returns
    -------
    Tensor
        G (B, N, N), in fp32 when the features are bf16.

    References
    ----------
    Gatys, Ecker and Bethge 2015, arXiv:1508.06576, eq. 3; the shift is from Novak and Nikulin 2016,
    arXiv:1605.04603.
    """
    gram_matrix: Tensor = _Gram.apply(features, shift)
    return gram_matrix


class GramLoss(nn.Module):
    """How far Gram matrices G are from the style's, A: |G - A|^2 / (4 N^2).

    Of a batch it is the mean over pictures. The style may have another size than the pictures.

    Parameters
    ----------
    target
        The style's features (1, N, h, w) in one layer.
    shift
        Added to all features; see `gram`.
    distance
        How both matrices are compared.

    References
    ----------
    Gatys, Ecker and Bethge 2015, arXiv:1508.06576, eq. 4.
    """

    target: Tensor

    def __init__(self, target: Tensor, shift: float = 0.0, distance: Distance = squared_distance) -> None:
        super().__init__()
        self.register_buffer("target", gram(target.detach(), shift))
        self.factor = 0.25 / target.shape[1] ** 2
        self.shift = shift
        self.distance = distance

    @classmethod
    def from_matrix(cls, matrix: Tensor) -> Self:
        """Make the loss of a target that is no picture's.

        Parameters
        ----------
        matrix
            A (N, N), divided by the number of positions as `gram` is.

        Returns
        -------
        GramLoss
            The loss, without a shift.
        """
        loss = cls(matrix.new_zeros(1, len(matrix), 1, 1))
        loss.target = matrix[None]
        return loss

    def forward(self, features: Tensor) -> Tensor:
        """Compare pictures with the style.

        Parameters
        ----------
        features
            F (B, N, H, W) of the same layer.

        Returns
        -------
        Tensor
            The loss, a scalar.
        """
        return self.compare(self.statistic(features))

    def statistic(self, features: Tensor) -> Tensor:
        """Take what is compared, a mean over positions.

        Parameters
        ----------
        features
            F (B, N, H, W) of the same layer.

        Returns
        -------
        Tensor
            G (B, N, N).
        """
        return gram(features, self.shift)

    def compare(self, statistic: Tensor) -> Tensor:
        """Compare Gram matrices with the style's.

        Parameters
        ----------
        statistic
            G (B, N, N).

        Returns
        -------
        Tensor
            The loss, a scalar.
        """
        return self.factor / len(statistic) * self.distance(statistic, self.target)


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


def positions_by_channels(features: Tensor) -> Tensor:
    """Features as the rows of a matrix.

    Parameters
    ----------
    features
        (B, N, H, W).

    Returns
    -------
    Tensor
        (B, M, N) with M = H W, without a copy when the features are channels_last.
    """
    return features.permute(0, 2, 3, 1).flatten(1, 2)


def maps_from_positions(rows: Tensor, like: Tensor) -> Tensor:
    """Undo `positions_by_channels`.

    Parameters
    ----------
    rows
        (B, M, N).
    like
        Features (B, N, H, W), whose size the maps are to have.

    Returns
    -------
    Tensor
        (B, N, H, W), channels_last without a copy.
    """
    batch, channels, height, width = like.shape
    return rows.view(batch, height, width, channels).permute(0, 3, 1, 2)


def mean_products(left: Tensor, right: Tensor, shift: float = 0.0) -> Tensor:
    """Products of two layers' features, averaged over positions: sum_p (L_i(p) + s) (R_j(p) + s) / M.

    Parameters
    ----------
    left
        L (B, M, N).
    right
        R (B, M, K).
    shift
        s. It is added to the products, not to the features, which are only read.

    Returns
    -------
    Tensor
        (B, N, K), in fp32 when the features are bf16.
    """
    batch, positions, _ = left.shape
    accumulator = torch.float32 if left.dtype == torch.bfloat16 else left.dtype

    def summed(start: int, end: int, length: int) -> Tensor:
        """The products of positions start to end - 1, of so many rows each."""
        of_left, of_right = (rows[:, start:end].reshape(-1, length, rows.shape[2]) for rows in (left, right))
        products = torch.bmm(of_left.mT, of_right)
        return products.view(batch, -1, *products.shape[1:]).sum(1, dtype=accumulator)

    rest = positions % ROWS_PER_PRODUCT if positions > ROWS_PER_PRODUCT else 0
    total = summed(0, positions - rest, min(positions - rest, ROWS_PER_PRODUCT))
    if rest:
        total += summed(positions - rest, positions, rest)
    products = total / positions
    if shift:
        means = left.mean(1, dtype=total.dtype)[:, :, None] + right.mean(1, dtype=total.dtype)[:, None, :]
        products += shift * means + shift**2
    return products


def gradient_of_left(right: Tensor, gradient: Tensor, shift: float = 0.0) -> Tensor:
    """Gradient of a loss of G = mean_products(L, R, s): dL/dL_i(p) = sum_j dL/dG_ij (R_j(p) + s) / M.

    Parameters
    ----------
    right
        R (B, M, K).
    gradient
        dL/dG (B, N, K).
    shift
        s.

    Returns
    -------
    Tensor
        (B, M, N) in the precision of R.
    """
    slope = gradient / right.shape[1]
    products = right @ slope.mT.to(right.dtype)
    return products.add_(shift * slope.sum(2)[:, None, :]) if shift else products
