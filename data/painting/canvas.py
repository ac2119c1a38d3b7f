"""The tools on every painter's table: coordinates, blending, shrinking and the final bytes."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def grid(size: int) -> tuple[Array, Array]:
    """Give x and y of the pixel centres, each (size, size) in [0, 1], y downwards."""
    centres = (np.arange(size, dtype=np.float32) + 0.5) / size
    x, y = np.meshgrid(centres, centres)
    return x, y


def over(below: Array, colour: Array, cover: Array) -> Array:
    """`colour` laid over the picture `below` (H, W, 3) as far as `cover` (H, W) in [0, 1] hides it."""
    covered: Array = below + (colour - below) * cover[..., None]
    return covered


def smoothstep(low: float | Array, high: float, value: Array) -> Array:
    """0 below `low`, 1 above `high`, a smooth step between; `low` may be the larger one."""
    t = np.clip((value - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def shrink(picture: Array, factor: int) -> Array:
    """The means of factor x factor blocks: the anti-aliasing of everything drawn too large."""
    height, width = picture.shape[0] // factor, picture.shape[1] // factor
    blocks = picture.reshape(height, factor, width, factor, *picture.shape[2:])
    means: Array = blocks.mean(axis=(1, 3))
    return means


def as_bytes(picture: Array) -> NDArray[np.uint8]:
    """A picture (H, W, 3) in [0, 1], clipped and rounded to uint8."""
    return (np.clip(picture, 0, 1) * 255 + 0.5).astype(np.uint8)
