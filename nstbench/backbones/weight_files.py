"""Weight files: found, read and brought under canonical names.

`embedded` ships in the package; `imagenet` is torchvision's, found in the folder NSTBENCH_WEIGHTS or in
torch's hub cache, else downloaded with its checksum; anything else is the path of a file.
"""

import os
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from nstbench.backbones.architecture import Architecture
from nstbench.backbones.embedded import embedded_file
from nstbench.backbones.network import Backbone
from nstbench.errors import InputError
from nstbench.files import written_whole

Weights = dict[str, Tensor]
# Suffix of the channel means that our own files carry beside weights and biases.
MEAN = ".mean"


def save_weights(backbone: Backbone, means: Weights, path: Path) -> None:
    """Write weights, biases and channel means (`conv1_1.mean`) of every convolution as fp16 safetensors."""
    tensors = {
        f"{name}.{part}": tensor
        for name, convolution in backbone.convolutions.items()
        for part, tensor in convolution.state_dict().items()
    }
    tensors |= {name + MEAN: mean for name, mean in means.items()}
    halves = {name: tensor.to(torch.float16).contiguous() for name, tensor in tensors.items()}
    metadata = {"architecture": backbone.architecture.id, "width": str(backbone.width)}
    with written_whole(path) as temporary:
        save_file(halves, temporary, metadata)


def read_weights(architecture: Architecture, source: str) -> Weights:
    """Tensors by canonical name (`conv1_1.weight`), fp32, of `embedded`, `imagenet` or a file.

    Raises InputError when the file is missing, damaged, or belongs to another network.
    """
    file = locate_weights(architecture, source)
    tensors = _canonical_names(architecture, _read(file))
    expected = {f"{name}.{part}" for name in architecture.convolutions for part in ("weight", "bias")}
    if missing := sorted(expected - tensors.keys()):
        raise InputError(
            f"{file} holds no weights of {architecture.id}: {missing[0]} is missing; "
            "give a torchvision state dict or a file written by `nstbench train-backbone`"
        )
    return {name: tensor.float() for name, tensor in tensors.items()}


def locate_weights(architecture: Architecture, source: str) -> Path:
    """The file that `source` stands for; ImageNet weights that are nowhere on this machine are downloaded."""
    if source == "embedded":
        return embedded_file(architecture.id)
    if source == "imagenet":
        return find_imagenet_weights(architecture) or _download_imagenet_weights(architecture)
    if not Path(source).is_file():
        raise InputError(f"weights {source!r} do not exist; allowed: embedded, imagenet, or a file")
    return Path(source)


def find_imagenet_weights(architecture: Architecture) -> Path | None:
    """torchvision's file, or the same as .safetensors, in NSTBENCH_WEIGHTS or in torch's hub cache."""
    name = imagenet_file_name(architecture)
    for folder in _folders():
        for file in (folder / name, (folder / name).with_suffix(".safetensors")):
            if file.is_file():
                return file
    return None


def imagenet_file_name(architecture: Architecture) -> str:
    """As torchvision names it, for example vgg19-dcbb9e9d.pth."""
    return Path(_imagenet_address(architecture)).name


def _download_imagenet_weights(architecture: Architecture) -> Path:
    name = imagenet_file_name(architecture)
    file = _hub_cache() / name
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        address = _imagenet_address(architecture)
        torch.hub.download_url_to_file(address, str(file), _hash_prefix(name), progress=True)
    except (OSError, RuntimeError) as error:
        looked = ", ".join(str(folder) for folder in _folders())
        raise InputError(
            f"ImageNet weights {name} are not in {looked} and cannot be downloaded ({error}); "
            "put the file into the folder named by NSTBENCH_WEIGHTS, or use --weights embedded"
        ) from error
    return file


def _folders() -> list[Path]:
    own = os.environ.get("NSTBENCH_WEIGHTS")
    return ([Path(own)] if own else []) + [_hub_cache()]


def _hub_cache() -> Path:
    return Path(torch.hub.get_dir()) / "checkpoints"


def _imagenet_address(architecture: Architecture) -> str:
    from torchvision.models import get_weight

    return str(get_weight(architecture.imagenet).url)


def _hash_prefix(name: str) -> str:
    """torchvision's file names end in the first digits of their SHA-256: vgg19-dcbb9e9d.pth."""
    return Path(name).stem.split("-")[-1]


def _read(file: Path) -> Mapping[str, Tensor]:
    try:
        if file.suffix == ".safetensors":
            return load_file(file)
        tensors = torch.load(file, map_location="cpu", weights_only=True)
    except Exception as error:  # Unpickling a damaged file can raise anything.
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(
            f"{file} is no readable weight file ({reason}); give a .safetensors or .pth file"
        ) from error
    if not isinstance(tensors, Mapping) or not all(isinstance(tensor, Tensor) for tensor in tensors.values()):
        raise InputError(f"{file} is no state dict; give a mapping of names to tensors")
    return tensors


def _canonical_names(architecture: Architecture, tensors: Mapping[str, Tensor]) -> Weights:
    """Rename torchvision's `features.<position>.weight`; other names stay."""
    positions = {f"features.{position}": name for position, name in enumerate(architecture.layer_names)}
    renamed = {}
    for name, tensor in tensors.items():
        module, _, part = name.rpartition(".")
        renamed[f"{positions.get(module, module)}.{part}"] = tensor
    return renamed
