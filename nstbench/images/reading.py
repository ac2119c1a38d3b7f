"""Picture files in: which formats are read, and what is said of the others."""

import contextlib
import io
import logging
import stat
import warnings
from functools import cache
from importlib import import_module
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from nstbench.core.errors import InputError
from nstbench.images.rgb import on_white, upright_with_alpha

log = logging.getLogger(__name__)

# No others: Pillow would hand a PostScript file to another program, whatever the file is called.
READABLE = ("PNG", "JPEG", "MPO", "WEBP", "TIFF", "BMP", "GIF", "PPM", "AVIF", "HEIF")
IN_WORDS = "PNG, JPEG, WebP, TIFF, BMP, GIF, PPM, AVIF or HEIC"
LARGEST_SIZE = 8192
MOST_PIXELS = 500_000_000
# Of files that are read whole before they are looked at, such as pipes.
MOST_BYTES = 1_000_000_000
_HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")

Image.MAX_IMAGE_PIXELS = MOST_PIXELS // 2  # Pillow warns at this limit and refuses at twice as much.


def readable_suffixes() -> frozenset[str]:
    """How the names of picture files may end.

    Returns
    -------
    frozenset of str
        In lower case, each with its dot: those of the formats that are read, as far as they are installed.
    """
    formats = _formats()
    return frozenset(suffix for suffix, name in Image.registered_extensions().items() if name in formats)


def read_picture(path: Path, at_least: int = LARGEST_SIZE) -> Image.Image:
    """Read a picture file at its own size, as 8-bit sRGB, laid on white where it is transparent.

    Parameters
    ----------
    path : Path
        As for `read_with_alpha`.
    at_least : int
        A JPEG may come reduced, as long as its sides keep this many pixels; that is quicker.

    Returns
    -------
    PIL.Image.Image
        RGB, upright.

    Raises
    ------
    InputError
        As `read_with_alpha`.
    """
    return on_white(read_with_alpha(path, at_least))


def read_with_alpha(path: Path, at_least: int = LARGEST_SIZE) -> Image.Image:
    """Read a picture file at its own size, as 8-bit sRGB that keeps its transparency.

    Parameters
    ----------
    path : Path
        PNG, JPEG, WebP, TIFF, BMP, GIF, PPM, AVIF, or HEIC where the package pillow-heif is installed; of any
        mode, see `upright_with_alpha`. Of several frames or pages the first one is read. It may be a pipe.
    at_least : int
        A JPEG may come reduced, as long as its sides keep this many pixels; that is quicker.

    Returns
    -------
    PIL.Image.Image
        RGB, or RGBA if there is any transparency; upright.

    Raises
    ------
    InputError
        If the file is missing, empty, a folder, damaged, not a picture, has more than 500 million pixels, or
        does not say which of its values is white.
    """
    path = Path(path)
    try:
        # Pillow finds tags and sizes odd, which nobody asked.
        with (
            warnings.catch_warnings(action="ignore"),
            Image.open(_content(path), formats=_formats()) as image,
        ):
            frames = getattr(image, "n_frames", 1)
            if frames > 1 and image.format != "MPO":  # A camera's MPO has the same view twice.
                log.warning("%s has %d frames or pages; the first one is taken", path, frames)
                image.seek(0)
            image.draft("RGB", (at_least, at_least))
            return upright_with_alpha(image, str(path))
    except InputError:
        raise
    except FileNotFoundError as error:
        raise InputError(f"{path} does not exist; give the path of a picture file") from error
    except PermissionError as error:
        raise InputError(f"{path} may not be read; change its permissions, or give another file") from error
    except UnidentifiedImageError as error:
        raise InputError(_unknown(path)) from error
    except Image.DecompressionBombError as error:
        raise InputError(f"{path} has more than {MOST_PIXELS} pixels; scale it down first") from error
    except Exception as error:  # Plugins of Pillow raise whatever a damaged file makes them stumble over.
        raise InputError(
            f"{path} cannot be read as a picture ({error}); it may be truncated or damaged"
        ) from error


@cache
def _formats() -> tuple[str, ...]:
    """Those of READABLE that are installed."""
    Image.init()
    with contextlib.suppress(ImportError):
        import_module("pillow_heif").register_heif_opener()
    return tuple(name for name in READABLE if name in Image.OPEN)


def _content(path: Path) -> Path | io.BytesIO:
    """What Pillow can move about in: the file itself, or all that comes out of a pipe."""
    status = path.stat()
    if stat.S_ISDIR(status.st_mode):
        raise InputError(f"{path} is a folder; give a picture file")
    if stat.S_ISREG(status.st_mode):
        if status.st_size == 0:
            raise InputError(f"{path} is empty (0 bytes); give a picture file")
        return path
    with path.open("rb") as pipe:
        content = pipe.read(MOST_BYTES)
    if not content:
        raise InputError(f"{path} is empty (0 bytes); give a picture file")
    return io.BytesIO(content)


def _unknown(path: Path) -> str:
    """What to say of a file that no format claims."""
    start = b""
    if path.is_file():
        with path.open("rb") as file:
            start = file.read(12)
    if start[4:8] == b"ftyp" and start[8:] in _HEIC_BRANDS:
        return f"{path} is a HEIC picture; pip install pillow-heif, or save it as JPEG or PNG"
    if start[4:8] == b"ftyp" and start[8:] in (b"avif", b"avis"):
        return f"{path} is an AVIF picture, which this Pillow cannot read; save it as JPEG or PNG"
    return f"{path} is not a readable picture; give a {IN_WORDS} file"
