"""Mean and spread of every channel: the style of a picture as AdaIN has it."""

import torch
from torch import Tensor

# Added to variances, so that channels which never fire can be divided by their deviation.
EPSILON = 1e-5


def channel_moments(features: Tensor) -> tuple[Tensor, Tensor]:
    """Means mu_i = sum_p F_i(p) / M and deviations sigma_i = sqrt(sum_p (F_i(p) - mu_i)^2 / M + epsilon).

    Parameters
    ----------
    features
        F (B, N, H, W) in fp64, fp32 or bf16.

    Returns
    -------
    mean, deviation : Tensor
        (B, N) each, in fp32 when the features are bf16.

    References
    ----------
    Huang and Belongie 2017, arXiv:1703.06868, eq. 5 and 6.
    """
    wide = features if features.dtype == torch.float64 else features.float()
    # Positions by channels is how channels_last lies in memory.
    positions = wide.permute(0, 2, 3, 1).flatten(1, 2)
    variance, mean = torch.var_mean(positions, 1, correction=0)
    return mean, (variance + EPSILON).sqrt()
