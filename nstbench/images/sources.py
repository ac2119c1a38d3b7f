"""Pictures as callers hold them: a file, a PIL image or an array."""

import os
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from nstbench.core.errors import InputError
from nstbench.images.pictures import check_size, load_picture, scale_picture
from nstbench.images.reading import LARGEST_SIZE, read_with_alpha
from nstbench.images.rgb import on_white, upright_with_alpha

Source: TypeAlias = str | os.PathLike[str] | Image.Image | NDArray[np.generic]


def read_source(source: Source, role: str, at_least: int = LARGEST_SIZE) -> Image.Image:
    """Read a picture at its own size.

    Parameters
    ----------
    source : str, path, PIL.Image.Image or numpy.ndarray
        A file, an image of any mode, or an array (H, W, 3): uint8, or floating point in [0, 1].
    role : str
        What messages call it when it is no file, such as "content".
    at_least : int, optional
        A JPEG file may come reduced, with sides of at least so many pixels.

    Returns
    -------
    PIL.Image.Image
        8-bit RGB, upright.

    Raises
    ------
    InputError
        If the source is of another type, is not readable, or has another shape or range.
    """
    return on_white(read_source_with_alpha(source, role, at_least))


def read_source_with_alpha(source: Source, role: str, at_least: int = LARGEST_SIZE) -> Image.Image:
    """Read a picture at its own size, with its transparency.

    Parameters
    ----------
    source : str, path, PIL.Image.Image or numpy.ndarray
        As for `read_source`.
    role : str
        What messages call it when it is no file.
    at_least : int, optional
        A JPEG file may come reduced, with sides of at least so many pixels.

    Returns
    -------
    PIL.Image.Image
        8-bit RGB, or RGBA if there is any transparency; upright.

    Raises
    ------
    InputError
        As `read_source`.
    """
    match source:
        case str() | os.PathLike():
            return read_with_alpha(Path(source), at_least)
        case Image.Image():
            return upright_with_alpha(source, source_name(source, role))
        case np.ndarray():
            return _from_array(source, role)
    raise InputError(
        f"the {role} is of type {type(source).__name__}; give a file's path, a PIL image, or an array "
        "(H, W, 3)"
    )


def load_source(source: Source, size: int, role: str) -> Image.Image:
    """Read a picture as `read_source` does, and scale it.

    Parameters
    ----------
    source : str, path, PIL.Image.Image or numpy.ndarray
        As for `read_source`.
    size : int
        The long side of the result in pixels, 16 to 8192.
    role : str
        What messages call it when it is no file.

    Returns
    -------
    PIL.Image.Image
        8-bit RGB, upright, scaled bicubically.

    Raises
    ------
    InputError
        As `read_source`, and if the size is out of range or the short side becomes too short.
    """
    if isinstance(source, str | os.PathLike):
        return load_picture(Path(source), size)
    check_size(size)
    return scale_picture(read_source(source, role), size, source_name(source, role))


def source_name(source: Source, role: str) -> str:
    """Say how messages call a picture.

    Parameters
    ----------
    source : str, path, PIL.Image.Image or numpy.ndarray
        The picture.
    role : str
        What it is, such as "content".

    Returns
    -------
    str
        A file's path, or "the content".
    """
    return os.fspath(source) if isinstance(source, str | os.PathLike) else f"the {role}"


def _from_array(array: NDArray[np.generic], role: str) -> Image.Image:
    floating = np.issubdtype(array.dtype, np.floating)
    if array.ndim != 3 or array.shape[2] != 3 or not (floating or array.dtype == np.uint8):
        raise InputError(
            f"the {role} is an array of shape {array.shape} and type {array.dtype}; allowed: (H, W, 3), "
            "uint8 or floating point in [0, 1]"
        )
    if not array.size:
        raise InputError(f"the {role} is an array of shape {array.shape}, which is empty")
    if floating:
        if not (array.min() >= 0 and array.max() <= 1):  # NaN is in no range.
            raise InputError(
                f"the {role} has values from {array.min():.4g} to {array.max():.4g}; floating point must lie "
                "in [0, 1], so divide by 255 or give uint8"
            )
        array = np.rint(array * 255).astype(np.uint8)
    return Image.fromarray(np.ascontiguousarray(array))
