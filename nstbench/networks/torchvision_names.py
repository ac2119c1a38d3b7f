"""torchvision's state dicts under the names of the literature, batch normalisation folded in.

torchvision defines its convolutions in the order of our tables, so the n-th of one is the n-th of the other.
"""

import warnings
from collections.abc import Iterator, Mapping
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_weights

from nstbench.networks.architecture import Architecture


def canonical_names(architecture: Architecture, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """`conv1_1.weight` from `features.0.weight`, and so on; convolutions that are missing stay missing."""
    renamed: dict[str, Tensor] = {}
    modules = _convolutions(architecture.id)
    for own, (name, norm, epsilon) in zip(architecture.convolutions, modules, strict=False):
        weight, bias = tensors.get(f"{name}.weight"), tensors.get(f"{name}.bias")
        if weight is not None and f"{norm}.running_mean" in tensors:
            mean, variance = (tensors[f"{norm}.{part}"] for part in ("running_mean", "running_var"))
            scale, shift = (tensors[f"{norm}.{part}"] for part in ("weight", "bias"))
            weight, bias = fuse_conv_bn_weights(weight, bias, mean, variance, epsilon, scale, shift)
        found = {f"{own}.weight": weight, f"{own}.bias": bias}
        renamed |= {key: tensor.detach() for key, tensor in found.items() if tensor is not None}
    return renamed


def _convolutions(id: str) -> Iterator[tuple[str, str | None, float]]:
    """torchvision's names of each convolution and of the batch norm right behind it, with its epsilon."""
    from torchvision.models import get_model

    with torch.device("meta"), warnings.catch_warnings(action="ignore", category=FutureWarning):
        network = get_model(id, weights=None)
    for (name, module), (norm, following) in pairwise([*network.named_modules(), ("", nn.Identity())]):
        if isinstance(module, nn.Conv2d):
            normed = isinstance(following, nn.BatchNorm2d)
            yield name, norm if normed else None, following.eps if normed else 0.0
