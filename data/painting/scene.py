"""The scene painter: one valley, the same to the pixel in summer and winter, by day and by night."""

from typing import Literal

import numpy as np

from painting.canvas import Array, shrink
from painting.geometry import draw_geometry
from painting.rendering import render

OVERSIZE = 2


def scene(
    rng: np.random.Generator,
    size: int,
    season: Literal["summer", "winter"] = "summer",
    light: Literal["day", "night"] = "day",
) -> Array:
    """A landscape (size, size, 3) in about [0, 1]; season and light change its colours only."""
    return shrink(render(draw_geometry(rng, size * OVERSIZE), season, light), OVERSIZE)
