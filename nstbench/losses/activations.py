"""Content is the activations themselves."""

import torch
from torch import Tensor


def activations(features: Tensor) -> Tensor:
    """The features (B, N, H, W), in fp32 when they are bf16, so that differences and sums are exact enough.

    Source: Gatys et al. 2015, eq. 1.
    """
    return features.to(torch.promote_types(features.dtype, torch.float32))
