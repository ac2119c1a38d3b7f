"""Where trained weights lie.

`embedded` ships in the package; `imagenet` is published weights, found in the folder NSTBENCH_WEIGHTS or in
torch's hub cache, else downloaded with their checksum; anything else is the path of a file.
"""

import os
from pathlib import Path

from nstbench.core.errors import InputError
from nstbench.networks.architecture import Architecture
from nstbench.networks.embedded import embedded_file, has_embedded_weights
from nstbench.networks.random_weights import RANDOM_WIDTHS


def locate_weights(architecture: Architecture, source: str) -> Path:
    """The file that `source` stands for; ImageNet weights that are nowhere on this machine are downloaded.

    Raises InputError when there is no such file and none can be had.
    """
    if source == "embedded":
        return embedded_file(architecture.id)
    if source == "imagenet":
        return find_imagenet_weights(architecture) or _download_imagenet_weights(architecture)
    check_weights(source)
    return Path(source)


def check_weights(source: str) -> None:
    """InputError unless weights go by this name, or lie in this file."""
    names = ("embedded", "imagenet", *RANDOM_WIDTHS)
    if source not in names and not Path(source).is_file():
        raise InputError(f"weights {source!r} do not exist; allowed: {', '.join(names)}, or a file")


def find_imagenet_weights(architecture: Architecture) -> Path | None:
    """A published file, .pth or the same as .safetensors, in NSTBENCH_WEIGHTS or in torch's hub cache."""
    for folder in _folders():
        for release in architecture.releases:
            for suffix in (".pth", ".safetensors"):
                if (file := folder / f"{release.file}{suffix}").is_file():
                    return file
    return None


def imagenet_file_name(architecture: Architecture) -> str:
    """As torchvision names it, for example vgg19-dcbb9e9d.pth."""
    return f"{architecture.releases[0].file}.pth"


def _download_imagenet_weights(architecture: Architecture) -> Path:
    import torch
    from torchvision.models import get_weight

    release = architecture.releases[0]
    file = _hub_cache() / imagenet_file_name(architecture)
    assert release.torchvision is not None
    # torchvision's file names end in the first digits of their SHA-256.
    checksum = release.file.split("-")[-1]
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        torch.hub.download_url_to_file(get_weight(release.torchvision).url, str(file), checksum)
    except (OSError, RuntimeError) as error:
        looked = ", ".join(str(folder) for folder in _folders())
        raise InputError(
            f"ImageNet weights {file.name} are not in {looked} and cannot be downloaded ({error}); "
            f"put the file into the folder named by NSTBENCH_WEIGHTS, or use {_alternative(architecture)}"
        ) from error
    return file


def _alternative(architecture: Architecture) -> str:
    if has_embedded_weights(architecture.id):
        return "--weights embedded"
    return "a backbone with embedded weights, such as --backbone vgg19 --weights embedded"


def _folders() -> list[Path]:
    own = os.environ.get("NSTBENCH_WEIGHTS")
    return ([Path(own)] if own else []) + [_hub_cache()]


def _hub_cache() -> Path:
    import torch

    return Path(torch.hub.get_dir()) / "checkpoints"
