"""Files of tensors as people have them: read and unwrapped, or named for what they really are."""

import re
import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import safe_open
from torch import Tensor

from nstbench.core.errors import InputError, shortened

# How files begin that are no weights, and what to say of them.
BEGINNINGS = {
    rb"\s*<(!doctype|html|head|\?xml|!--)": "is a web page, not weights: the server sent HTML in their "
    "place; download the file itself",
    rb"version https://git-lfs": "is a Git LFS pointer, not the weights that it stands for; fetch them with "
    "`git lfs pull`",
    rb"\x89PNG|\xff\xd8\xff|GIF8|RIFF.{4}WEBP|BM|II\*\0|MM\0\*": "is a picture, not weights",
    rb"\x89HDF": "is an HDF5 file, as Keras writes them; convert it to a state dict of PyTorch",
    rb"\x1f\x8b|BZh|\xfd7zXZ": "is compressed; unpack it first",
}
# Under what people save a state dict beside other things, such as the number of epochs.
WRAPPERS = ("state_dict", "model_state_dict", "model", "net", "network", "params")
LARGEST_HEADER = 100_000_000  # Bytes, as safetensors has it.


def read_tensors(file: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Read the tensors of a file, whatever its suffix.

    Parameters
    ----------
    file
        safetensors, or what `torch.save` made of a mapping of names to tensors, or of a mapping with such a
        one under "state_dict", "model" and the like.

    Returns
    -------
    tensors
        By name, as they are stored.
    metadata
        Of a safetensors file.

    Raises
    ------
    InputError
        When the file is something else or damaged. A pickle cannot run code.
    """
    start = _beginning(file)
    try:
        if start[8:9] == b"{" and int.from_bytes(start[:8], "little") < LARGEST_HEADER:
            with safe_open(file, "pt") as stored:
                names, metadata = stored.keys(), stored.metadata() or {}
                return {name: stored.get_tensor(name) for name in names}, metadata
        content = torch.load(file, map_location="cpu", weights_only=True)
    except Exception as error:  # Unpickling a damaged file can raise anything.
        raise InputError(f"{file} is not a readable weight file: {_reason(start, error)}") from error
    for _ in WRAPPERS:  # One may be around another, and a pickle can hold itself.
        inner = [content[key] for key in WRAPPERS if isinstance(content, Mapping) and key in content]
        content = next((wrapped for wrapped in inner if isinstance(wrapped, Mapping)), content)
    if not isinstance(content, Mapping):
        kind = type(content).__name__
        raise InputError(f"{file} is not a state dict but a {kind}; give a mapping of names to tensors")
    tensors = {
        name: value for name, value in content.items() if isinstance(name, str) and isinstance(value, Tensor)
    }
    if not tensors:
        found = shortened(list(content))
        raise InputError(f"{file} is not a state dict: no tensors are under its names {found}; give one")
    return tensors, {}


def _beginning(file: Path) -> bytes:
    """The first bytes of a file; InputError when they, or what a zip archive holds, show something else."""
    if file.is_dir():
        raise InputError(f"{file} is a folder; give a weight file in it (.safetensors or .pth)")
    try:
        with file.open("rb") as stream:
            start = stream.read(256)
        contents = zipfile.ZipFile(file).namelist() if zipfile.is_zipfile(file) else None
    except Exception as error:  # No file, or a damaged archive, which can raise anything.
        reason = getattr(error, "strerror", None) or error
        raise InputError(
            f"{file} is not a readable weight file: {reason}; give a .safetensors or .pth file"
        ) from error
    if not start:
        raise InputError(f"{file} is empty (0 bytes); download it again")
    for pattern, what in BEGINNINGS.items():
        if re.match(pattern, start, re.IGNORECASE | re.DOTALL):
            raise InputError(f"{file} {what}; give a .safetensors or .pth file")
    if contents is not None and not any(Path(name).name == "data.pkl" for name in contents):
        found = shortened(", ".join(contents[:3]))
        raise InputError(
            f"{file} is a zip archive of other files ({found}); give a .safetensors or .pth file"
        )
    if contents is not None and any(Path(name).name == "constants.pkl" for name in contents):
        raise InputError(
            f"{file} is a TorchScript program, not weights; save its weights alone with "
            "torch.save(torch.jit.load(FILE).state_dict(), 'weights.pth')"
        )
    return start


def _reason(start: bytes, error: Exception) -> str:
    """What is wrong and what to do, without torch's advice to turn `weights_only` off."""
    if pickled := re.search(r"Unsupported global: GLOBAL (\S+)", str(error)):
        return (
            f"it holds more than tensors ({shortened(pickled[1])}), as a model that was saved whole does; "
            "save the weights alone with torch.save(model.state_dict(), 'weights.pth')"
        )
    cut = start.startswith(b"PK") or isinstance(error, EOFError | struct.error)
    if cut or re.search("unexpected EOF|not fully covered", str(error)):
        return "it is cut short or damaged; download it again"
    return "it is damaged, or neither safetensors nor of torch.save; give a .safetensors or .pth file"
