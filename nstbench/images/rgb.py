"""Images of any mode, depth and colour space as 8-bit sRGB."""

import io
import logging
from functools import lru_cache, partial

import numpy as np
from PIL import ExifTags, Image, ImageCms, ImageOps
from PIL.TiffTags import TAGS_V2

from nstbench.core.errors import InputError

log = logging.getLogger(__name__)

_TIFF_TAGS = {info.name: tag for tag, info in TAGS_V2.items()}
# Tags of a TIFF that tell of its picture; the others say how the file is laid out.
DESCRIPTIVE = frozenset(
    {
        ExifTags.Base.ImageDescription,
        ExifTags.Base.Make,
        ExifTags.Base.Model,
        ExifTags.Base.Orientation,
        ExifTags.Base.Software,
        ExifTags.Base.DateTime,
        ExifTags.Base.Artist,
        ExifTags.Base.HostComputer,
        ExifTags.Base.Copyright,
        ExifTags.Base.XPTitle,
        ExifTags.Base.XPComment,
        ExifTags.Base.XPAuthor,
        ExifTags.Base.XPKeywords,
        ExifTags.Base.XPSubject,
    }
)
# What browsers and painting programs do: whites stay white, blacks black.
_conversion_between = partial(
    ImageCms.buildTransform,
    renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
    flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
)


def _srgb() -> bytes:
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[24:36] = bytes(12)  # The time of its making, so that a picture is the same file every time.
    return bytes(profile)


# The ICC profile that written pictures carry.
SRGB = _srgb()


def upright_rgb(image: Image.Image, name: str) -> Image.Image:
    """Turn an image of any mode into 8-bit sRGB, laid on white where it is transparent.

    Parameters
    ----------
    image : PIL.Image.Image
        Of any mode, as for `upright_with_alpha`.
    name : str
        What messages call the image.

    Returns
    -------
    PIL.Image.Image
        RGB, turned upright by its orientation tag.

    Raises
    ------
    InputError
        If it is not known which value is white.
    """
    return on_white(upright_with_alpha(image, name))


def hides_something(image: Image.Image) -> bool:
    """Say whether any of a picture is transparent.

    Parameters
    ----------
    image
        RGB, or RGBA.

    Returns
    -------
    bool
        Also where something is hidden only in part.
    """
    return image.mode == "RGBA" and image.getchannel("A").getextrema() != (255, 255)


def on_white(image: Image.Image) -> Image.Image:
    """Lay an image on white.

    Parameters
    ----------
    image : PIL.Image.Image
        RGB or RGBA.

    Returns
    -------
    PIL.Image.Image
        RGB; the image itself if it is.
    """
    if image.mode != "RGBA":
        return image
    rgb = Image.new("RGB", image.size, "white")
    rgb.paste(image.convert("RGB"), mask=image.getchannel("A"))
    return rgb


def upright_with_alpha(image: Image.Image, name: str) -> Image.Image:
    """Turn an image of any mode into 8-bit sRGB that keeps its transparency.

    Parameters
    ----------
    image : PIL.Image.Image
        Of any mode. Colours are converted from the image's ICC profile; an
        image without one is taken for sRGB. Integers of more than 8 bits are rounded to 8, by the number of
        bits; so are floats, from the range that a TIFF names, or else from [0, 1].
    name : str
        What messages call the image.

    Returns
    -------
    PIL.Image.Image
        RGB, or RGBA if there is any transparency; turned upright by its orientation tag.

    Raises
    ------
    InputError
        If it is not known which value is white.
    """
    image.load()  # Turns a TIFF upright, and takes the tag away that says so.
    exif, profile = _exif_of(image), image.info.get("icc_profile")
    if image.mode.startswith(("I", "F")):
        rgb = _to_srgb(_eight_bits(image, name), profile, name)
    elif image.has_transparency_data:
        transparent = image if image.mode in ("LA", "RGBA") else image.convert("RGBA")
        colours = transparent.convert(transparent.mode.removesuffix("A"))
        rgb = _to_srgb(colours, profile, name)
        rgb.putalpha(transparent.getchannel("A"))
    else:
        rgb = _to_srgb(image, profile, name)
    if exif:
        rgb.info["exif"] = exif
    return ImageOps.exif_transpose(rgb)


def _exif_of(image: Image.Image) -> bytes:
    """A picture's EXIF data; a TIFF has them among the tags that say how the file is laid out."""
    if "exif" in image.info:
        return bytes(image.info["exif"])
    found, kept = image.getexif(), Image.Exif()
    kept.update({tag: value for tag, value in found.items() if tag in DESCRIPTIVE})
    for directory in (ExifTags.IFD.Exif, ExifTags.IFD.GPSInfo):
        if own := found.get_ifd(directory):
            kept[directory] = own
    return kept.tobytes() if kept else b""


def _to_srgb(image: Image.Image, profile: bytes | None, name: str) -> Image.Image:
    if image.mode == "LAB":
        lab, srgb = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
        return _applied(_conversion_between(lab, srgb, "LAB", "RGB"), image)
    if image.mode not in ("L", "RGB", "CMYK"):
        image = image.convert("L" if image.mode == "1" else "RGB")
    if profile and profile != SRGB:
        try:
            conversion_to_srgb = _conversion(profile, image.mode)
        except (OSError, ImageCms.PyCMSError):
            log.warning("the colour profile of %s is damaged; its colours are taken for sRGB", name)
        else:
            if conversion_to_srgb:
                return _applied(conversion_to_srgb, image)
    return image.convert("RGB")


@lru_cache(maxsize=8)
def _conversion(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """From a profile to sRGB; None where that moves no colour by more than a level, as from sRGB itself."""
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    conversion = _conversion_between(source, ImageCms.createProfile("sRGB"), mode, "RGB")
    if mode == "CMYK":
        return conversion
    levels = np.arange(0, 256, 15, dtype=np.uint8)
    probes = np.stack(np.meshgrid(levels, levels, levels), -1).reshape(1, -1, 3)
    if mode == "L":
        probes = probes[..., 0]
    before = Image.fromarray(probes)
    moved = np.abs(
        np.asarray(_applied(conversion, before), dtype=int) - np.asarray(before.convert("RGB"), dtype=int)
    )
    return conversion if moved.max() > 1 else None


def _applied(conversion: ImageCms.ImageCmsTransform, image: Image.Image) -> Image.Image:
    converted = ImageCms.applyTransform(image, conversion)
    assert converted is not None  # It would be, if the image were changed in place.
    return converted


def _eight_bits(image: Image.Image, name: str) -> Image.Image:
    """An image of one channel of integers or floats, as greys from 0 to 255."""
    values = np.asarray(image, dtype=np.float64)
    tags = getattr(image, "tag_v2", {})
    if image.mode.startswith("I"):
        (bits,) = tags.get(_TIFF_TAGS["BitsPerSample"], (16,))
        (signed,) = (kind == 2 for kind in tags.get(_TIFF_TAGS["SampleFormat"], (1,)))
        if signed or bits > 16:
            raise InputError(
                f"{name} has {'signed ' if signed else ''}integers of {bits} bits, of which none is known to "
                "be white; save it with 8 or 16 bits without a sign, or as floats from 0 to 1"
            )
        low, high = 0.0, 2.0**bits - 1
    else:
        low = float(np.ravel(tags.get(_TIFF_TAGS["SMinSampleValue"], 0.0))[0])
        high = float(np.ravel(tags.get(_TIFF_TAGS["SMaxSampleValue"], 1.0))[0])
        found = values.min(), values.max()
        if not (low < high and low <= found[0] and found[1] <= high):  # NaN is in no range.
            raise InputError(
                f"{name} has floats from {found[0]:.4g} to {found[1]:.4g}, and {low:g} to {high:g} are read; "
                "scale them to 0 to 1, or save it with 8 or 16 bits"
            )
    shares = np.clip((values - low) / (high - low), 0, 1)
    return Image.fromarray(np.rint(shares * 255).astype(np.uint8))
