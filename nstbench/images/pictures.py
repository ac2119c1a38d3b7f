"""Picture files in and out: any ordinary format becomes 8-bit RGB of the size asked for."""

from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from nstbench.core.errors import InputError
from nstbench.core.files import check_writable, written_whole

SMALLEST_SIDE = 16
LARGEST_SIZE = 8192
MOST_PIXELS = 500_000_000
FORMATS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP", ".tif": "TIFF", ".tiff": "TIFF"}

Image.MAX_IMAGE_PIXELS = MOST_PIXELS // 2  # Pillow warns at this limit and refuses at twice as much.


def load_picture(path: Path, size: int, square: bool = False) -> Image.Image:
    """Read a picture file at a given size, as 8-bit RGB.

    Parameters
    ----------
    path : Path
        PNG, JPEG, WebP or TIFF, of any mode; see `upright_rgb`.
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
        If the file is missing, empty, damaged or not an image, or if the size is out of range or leaves the
        short side below 16 px.
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


def read_picture(path: Path, at_least: int = LARGEST_SIZE) -> Image.Image:
    """Read a picture file at its own size, as 8-bit RGB.

    Parameters
    ----------
    path : Path
        PNG, JPEG, WebP or TIFF, of any mode; see `upright_rgb`.
    at_least : int
        A JPEG may come reduced, as long as its sides keep this many pixels; that is quicker.

    Returns
    -------
    PIL.Image.Image
        RGB, upright.

    Raises
    ------
    InputError
        If the file is missing, empty, damaged, not an image, or has more than 500 million pixels.
    """
    try:
        if Path(path).stat().st_size == 0:
            raise InputError(f"{path} is empty (0 bytes); give a picture file")
        with Image.open(path) as image:
            image.draft("RGB", (at_least, at_least))
            return upright_rgb(image)
    except FileNotFoundError as error:
        raise InputError(f"{path} does not exist; give the path of a picture file") from error
    except UnidentifiedImageError as error:
        raise InputError(f"{path} is not a readable image; give a PNG, JPEG, WebP or TIFF file") from error
    except Image.DecompressionBombError as error:
        raise InputError(f"{path} has more than {MOST_PIXELS} pixels; scale it down first") from error
    except (OSError, SyntaxError, ValueError) as error:
        raise InputError(
            f"{path} cannot be read as a picture ({error}); it may be truncated or damaged"
        ) from error


def save_picture(picture: Image.Image, path: Path) -> None:
    """Write a picture, whole or not at all.

    Parameters
    ----------
    picture : PIL.Image.Image
        The picture.
    path : Path
        The file; its suffix decides the format.

    Raises
    ------
    InputError
        If the format is unknown or the file cannot be written.
    """
    check_output(path)
    with written_whole(Path(path)) as temporary:
        picture.save(temporary, FORMATS[Path(path).suffix.lower()])


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


def upright_rgb(image: Image.Image) -> Image.Image:
    """Turn an image of any mode into 8-bit RGB.

    Parameters
    ----------
    image : PIL.Image.Image
        Of any mode. Transparent parts become white; 16-bit values and floats in [0, 1] are rounded to 8 bits.

    Returns
    -------
    PIL.Image.Image
        RGB, turned upright by its orientation tag.
    """
    exif = image.getexif()
    if image.mode.startswith(("I", "F")):
        # 16-bit integers, some of which Pillow reads as 32-bit, or floats in [0, 1].
        full_scale = 1.0 if image.mode.startswith("F") else 65535.0
        shares = np.clip(np.asarray(image, dtype=np.float64) / full_scale, 0, 1)
        rgb = Image.fromarray(np.rint(shares * 255).astype(np.uint8)).convert("RGB")
    elif image.has_transparency_data:
        transparent = image.convert("RGBA")
        white = Image.new("RGBA", transparent.size, "white")
        rgb = Image.alpha_composite(white, transparent).convert("RGB")
    else:
        rgb = image.convert("RGB")
    rgb.getexif().update(exif)
    return ImageOps.exif_transpose(rgb)
