"""Weight files: read under canonical names whoever wrote them, and written."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor

from nstbench.core.errors import InputError
from nstbench.core.files import written_whole
from nstbench.networks.architecture import Architecture
from nstbench.networks.backbone import Backbone
from nstbench.networks.normalisation import Calibration
from nstbench.networks.torchvision_names import canonical_names

Weights = dict[str, Tensor]
# Suffixes of the channel means that our own files carry beside weights and biases.
AFTER_RELU = ".mean"
BEFORE_RELU = ".mean_before_relu"


@dataclass(frozen=True)
class StoredWeights:
    """Weights and biases by canonical name (`conv1_1.weight`), fp32, and their channel means if measured."""

    tensors: Weights
    calibration: Calibration | None


def save_weights(backbone: Backbone, calibration: Calibration, path: Path) -> None:
    """Write weights, biases and channel means of every convolution as fp16 safetensors."""
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
    """Read a file of ours or a torchvision state dict.

    Raises InputError when the file is damaged or belongs to another network.
    """
    raw, metadata = _read(file)
    expected = {f"{name}.{part}" for name in architecture.convolutions for part in ("weight", "bias")}
    tensors = raw if expected <= raw.keys() else canonical_names(architecture, raw)
    if missing := sorted(expected - tensors.keys()):
        raise InputError(
            f"{file} holds no weights of {architecture.id}: {missing[0]} is missing; "
            "give a torchvision state dict or a file written by `nstbench train-backbone`"
        )
    if damaged := [name for name in sorted(expected) if not tensors[name].isfinite().all()]:
        raise InputError(f"{file} is damaged: {damaged[0]} holds values that are no numbers; get it again")
    return StoredWeights(
        {name: tensors[name].float() for name in expected},
        _stored_calibration(architecture, raw, metadata),
    )


def _stored_calibration(
    architecture: Architecture, raw: Mapping[str, Tensor], metadata: Mapping[str, str]
) -> Calibration | None:
    after, before = (
        {name: raw[name + suffix].float() for name in architecture.convolutions if name + suffix in raw}
        for suffix in (AFTER_RELU, BEFORE_RELU)
    )
    complete = after.keys() == before.keys() == architecture.convolutions.keys()
    return Calibration(after, before, metadata.get("calibration", "unknown")) if complete else None


def _read(file: Path) -> tuple[Mapping[str, Tensor], Mapping[str, str]]:
    try:
        if file.suffix == ".safetensors":
            with safe_open(file, "pt") as stored:
                names, metadata = stored.keys(), stored.metadata() or {}
                return {name: stored.get_tensor(name) for name in names}, metadata
        tensors = torch.load(file, map_location="cpu", weights_only=True)
    except Exception as error:  # Unpickling a damaged file can raise anything.
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(
            f"{file} is no readable weight file ({reason}); give a .safetensors or .pth file"
        ) from error
    if not isinstance(tensors, Mapping) or not all(isinstance(tensor, Tensor) for tensor in tensors.values()):
        raise InputError(f"{file} is no state dict; give a mapping of names to tensors")
    return tensors, {}
