"""Pictures at the size that a run needs: scaled, with what is transparent apart, and not too narrow."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import torch
from PIL import Image, ImageChops
from torch import Tensor

from nstbench.api.settings import SettingError
from nstbench.core.errors import InputError
from nstbench.images.pictures import SMALLEST_SIDE
from nstbench.images.reading import LARGEST_SIZE
from nstbench.images.tensors import to_tensor

# A style whose sides differ by more is read larger, so that its short side keeps its strokes.
MOST_ELONGATED = 4


@dataclass(frozen=True)
class SizedPicture:
    """A picture as a run sees it.

    Parameters
    ----------
    rgb
        8-bit RGB. Hidden pixels have the mean colour of the visible ones; sides below 16 px are made up to
        that by repeating the border, which is hidden as well.
    shown
        L, how much of each pixel is visible; None for all of it.
    size
        Width and height before it was made up to 16 px.
    transparent
        Whether the picture has an alpha channel of its own.
    """

    rgb: Image.Image
    shown: Image.Image | None
    size: tuple[int, int]
    transparent: bool

    def tensor(self) -> Tensor:
        """Give the colours.

        Returns
        -------
        Tensor
            (1, 3, H, W), RGB in [0, 1].
        """
        return to_tensor(self.rgb)

    def visible(self) -> Tensor | None:
        """Give what is visible.

        Returns
        -------
        Tensor or None
            (1, 1, H, W) in [0, 1]; None for all of it.
        """
        return None if self.shown is None else plane(self.shown)

    def finished(self, picture: Image.Image) -> Image.Image:
        """Bring a result to this picture's size, with its transparency.

        Parameters
        ----------
        picture : PIL.Image.Image
            RGB, of the size of `rgb`.

        Returns
        -------
        PIL.Image.Image
            RGB, or RGBA where this picture is transparent.
        """
        picture = picture.crop((0, 0, *self.size))
        if self.transparent and self.shown is not None:
            picture.putalpha(self.shown.crop((0, 0, *self.size)))
        return picture

    def hidden_by(self, mask: Image.Image) -> "SizedPicture":
        """Hide what a mask does not show.

        Parameters
        ----------
        mask : PIL.Image.Image
            L, of the size of `rgb`, white where the picture is to be seen.

        Returns
        -------
        SizedPicture
            The same picture with less of it visible.
        """
        shown = mask if self.shown is None else ImageChops.darker(self.shown, mask)
        return replace(self, shown=shown)


def plane(picture: Image.Image) -> Tensor:
    """Turn a grey picture into a tensor.

    Parameters
    ----------
    picture : PIL.Image.Image
        L, W x H.

    Returns
    -------
    Tensor
        (1, 1, H, W) in [0, 1].
    """
    return torch.from_numpy(np.array(picture, dtype=np.float32) / 255)[None, None]


def sized(picture: Image.Image, name: str, size: tuple[int, int]) -> SizedPicture:
    """Scale a picture.

    Parameters
    ----------
    picture : PIL.Image.Image
        RGB or RGBA.
    name : str
        What messages call it.
    size : tuple of int
        Width and height in pixels.

    Returns
    -------
    SizedPicture
        Of that size.

    Raises
    ------
    InputError
        If all of it is transparent.
    """
    # Pillow multiplies colours with alpha while it scales, so nothing hidden shines through.
    pixels = np.array(picture.resize(size, Image.Resampling.BICUBIC))
    colours = pixels[..., :3]
    shown = pixels[..., 3] if pixels.shape[2] == 4 else np.full(pixels.shape[:2], 255, np.uint8)
    if not shown.any():
        raise InputError(f"all of {name} is transparent; give a picture with something to see")
    hidden = shown == 0
    if hidden.any():
        # In no colour of its own, so that features see no border where it begins.
        colours[hidden] = np.rint(np.average(colours, (0, 1), np.repeat(shown[..., None], 3, 2)))
    missing = [(0, max(0, SMALLEST_SIDE - side)) for side in shown.shape]
    colours, shown = np.pad(colours, [*missing, (0, 0)], mode="edge"), np.pad(shown, missing)
    return SizedPicture(
        Image.fromarray(colours),
        None if shown.min() == 255 else Image.fromarray(shown),
        size,
        picture.mode == "RGBA",
    )


def size_of_content(
    picture: Image.Image, name: str, size: int | Literal["original"], side: Literal["longest", "shortest"]
) -> tuple[int, int]:
    """Say how large a result becomes.

    Parameters
    ----------
    picture : PIL.Image.Image
        The content.
    name : str
        What messages call it.
    size : int or "original"
        Of its side in pixels.
    side : str
        "longest" or "shortest".

    Returns
    -------
    tuple of int
        Width and height, with the content's aspect.

    Raises
    ------
    SettingError
        If a side becomes longer than 8192 px.
    """
    wanted = picture.size
    if size != "original":
        wanted = _scaled(picture.size, size / (max if side == "longest" else min)(picture.size))
    if max(wanted) > LARGEST_SIZE:
        raise SettingError(
            "size",
            f"{name} would have {wanted[0]}x{wanted[1]} px, and the longest side may have {LARGEST_SIZE}; "
            "give a smaller size",
        )
    return wanted


def size_of_style(picture: Image.Image, size: int, side: Literal["longest", "shortest"]) -> tuple[int, int]:
    """Say how large a style is read.

    Parameters
    ----------
    picture : PIL.Image.Image
        The style.
    size : int
        Of its side in pixels. One that is narrower than 4:1 is read larger, up to 8192 px, so that its short
        side has a quarter of that.
    side : str
        "longest" or "shortest".

    Returns
    -------
    tuple of int
        Width and height.
    """
    short, long = sorted(picture.size)
    factor = max(size / long, size / MOST_ELONGATED / short) if side == "longest" else size / short
    return _scaled(picture.size, min(factor, LARGEST_SIZE / long))


def _scaled(size: tuple[int, int], factor: float) -> tuple[int, int]:
    return max(1, round(size[0] * factor)), max(1, round(size[1] * factor))


def sized_mask(picture: Image.Image, name: str, role: str, of: SizedPicture) -> Image.Image:
    """Scale a mask to the size of its picture.

    Parameters
    ----------
    picture : PIL.Image.Image
        RGB; white where something holds, black where it does not, and greys are shares.
    name : str
        What messages call it.
    role : str
        Which argument it is.
    of : SizedPicture
        The picture that it is drawn on.

    Returns
    -------
    PIL.Image.Image
        L, of the size of `of.rgb`, black where that was made up.

    Raises
    ------
    SettingError
        If it has another shape than its picture, or is black everywhere.
    """
    width, height = of.size
    # Rounding to another size moves a side by a pixel at most.
    if abs(picture.width * height - picture.height * width) > max(*picture.size, *of.size):
        raise SettingError(
            role,
            f"{name} has {picture.width}x{picture.height} px, another shape than its picture "
            f"({width}x{height}); paint the mask over a copy of the picture",
        )
    grey = picture.convert("L").resize(of.size, Image.Resampling.BOX)
    if grey.getextrema() == (0, 0):
        raise SettingError(role, f"{name} is black everywhere; paint white where it is to hold")
    mask = Image.new("L", of.rgb.size)
    mask.paste(grey)
    return mask
