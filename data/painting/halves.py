"""The halves painter: two photographed surfaces side by side, a style that differs from left to right."""

from typing import Literal

import numpy as np
from PIL import Image

from nstbench.images.package_photographs import photograph
from painting.canvas import Array

Surface = Literal["brick", "grass", "gravel"]


def halves(rng: np.random.Generator, size: int, left: Surface = "brick", right: Surface = "grass") -> Array:
    """Two surfaces, each cut at random out of its photograph, (size, size, 3) in [0, 1]."""
    middle = size // 2
    return np.concatenate([_cut(rng, left, size, middle), _cut(rng, right, size, size - middle)], axis=1)


def _cut(rng: np.random.Generator, surface: Surface, height: int, width: int) -> Array:
    """(height, width, 3): a part of the photograph, which is enlarged where it is too small."""
    with Image.open(photograph(surface)) as file:
        picture = file.convert("RGB")
    factor = max(1.0, height / picture.height, width / picture.width)
    if factor > 1:
        picture = picture.resize((round(factor * picture.width), round(factor * picture.height)))
    left, top = (
        int(rng.integers(whole - part + 1)) for whole, part in zip(picture.size, (width, height), strict=True)
    )
    cut: Array = np.asarray(picture.crop((left, top, left + width, top + height))) / 255
    return cut
