"""Pictures of the size asked for, and written to files."""

from pathlib import Path
from typing import IO, Any

from PIL import Image, ImageOps

from nstbench.core.errors import InputError
from nstbench.core.files import check_writable, written_whole
from nstbench.images.reading import LARGEST_SIZE, read_picture
from nstbench.images.rgb import SRGB, on_white

SMALLEST_SIDE = 16
# Of JPEG and WebP. Pillow's own, 75, loses 7 dB; from FULL_COLOUR on a JPEG's colours are not halved.
QUALITY = 95
THUMBNAIL_QUALITY = 75
FULL_COLOUR = 90
FORMATS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP", ".tif": "TIFF", ".tiff": "TIFF"}


def load_picture(path: Path, size: int, square: bool = False) -> Image.Image:
    """Read a picture file at a given size, as 8-bit RGB.

    Parameters
    ----------
    path : Path
        As of `read_picture`.
    size : int
        The long side in pixels, 16 to 8192. The picture is scaled bicubically.
    square : bool
        Cut out the centre first, so that the result is size x size.

    Returns
    -------
    PIL.Image.Image
        RGB.

    Raises
    ------
    InputError
        As `read_picture`, and if the size is out of range or leaves the short side below 16 px.
    """
    check_size(size)
    picture = read_picture(path, size)
    if square:
        return ImageOps.fit(picture, (size, size), Image.Resampling.BICUBIC)
    return scale_picture(picture, size, str(path))


def scale_picture(picture: Image.Image, size: int, name: str) -> Image.Image:
    """Scale a picture bicubically to a given long side.

    Parameters
    ----------
    picture : PIL.Image.Image
        The picture.
    size : int
        The long side in pixels.
    name : str
        What messages call the picture.

    Returns
    -------
    PIL.Image.Image
        The scaled picture.

    Raises
    ------
    InputError
        If the short side would fall below 16 px.
    """
    factor = size / max(picture.size)
    width, height = (round(side * factor) for side in picture.size)
    if min(width, height) < SMALLEST_SIDE:
        raise InputError(
            f"{name} is too elongated: {picture.width}x{picture.height} px becomes {width}x{height} px, "
            f"and both sides need at least {SMALLEST_SIDE} px; crop it or raise the size"
        )
    return picture.resize((width, height), Image.Resampling.BICUBIC)


def save_picture(
    picture: Image.Image, path: Path, quality: int = QUALITY, metadata: Image.Exif | None = None
) -> None:
    """Write a picture, whole or not at all.

    Parameters
    ----------
    picture : PIL.Image.Image
        RGB or RGBA; the file says that it is sRGB. A JPEG, which has no transparency, shows it on white.
    path : Path
        The file; its suffix decides the format. Where it is a symbolic link, what it leads to is written.
    quality : int
        Of JPEG and WebP, 1 to 100; from 90 on the colours of a JPEG have the resolution of its luminance.
    metadata : PIL.Image.Exif, optional
        What the file is to say besides.

    Raises
    ------
    InputError
        If the format is unknown or the file cannot be written.
    """
    check_output(path)
    format = FORMATS[Path(path).suffix.lower()]
    with written_whole(Path(path).resolve()) as temporary:
        write_picture(picture, temporary, format, quality, metadata)


def write_picture(
    picture: Image.Image,
    to: Path | IO[bytes],
    format: str,
    quality: int = QUALITY,
    metadata: Image.Exif | None = None,
) -> None:
    """Write a picture to a file or a stream.

    Parameters
    ----------
    picture : PIL.Image.Image
        As for `save_picture`.
    to : Path or file object
        Where to.
    format : str
        One of the values of FORMATS.
    quality : int
        As for `save_picture`.
    metadata : PIL.Image.Exif, optional
        As for `save_picture`.
    """
    options: dict[str, Any] = {"icc_profile": SRGB, "exif": metadata or b""}
    if format in ("JPEG", "WEBP"):
        options["quality"] = quality
    if format == "JPEG":
        picture = on_white(picture)
        if quality >= FULL_COLOUR:
            options["subsampling"] = 0
    picture.save(to, format, **options)


def check_output(path: Path) -> None:
    """Find out whether a picture can be written, before any work is spent on it.

    Parameters
    ----------
    path : Path
        The file.

    Raises
    ------
    InputError
        If its suffix names no known format, or if its folder cannot be written.
    """
    suffix = Path(path).suffix.lower()
    if suffix not in FORMATS:
        raise InputError(
            f"cannot write {path}: unknown picture format {suffix!r}; allowed: {', '.join(FORMATS)}"
        )
    check_writable(Path(path))


def check_size(size: int) -> None:
    """Refuse a size that pictures cannot be scaled to.

    Parameters
    ----------
    size : int
        In pixels.

    Raises
    ------
    InputError
        Unless it is 16 to 8192.
    """
    if not SMALLEST_SIDE <= size <= LARGEST_SIZE:
        raise InputError(f"size {size} is out of range; allowed: {SMALLEST_SIDE} to {LARGEST_SIZE} pixels")
