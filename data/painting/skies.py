"""The sky over a scene: clouds, moon and stars, whether they are to be seen or not."""

import numpy as np

from painting import noise
from painting.canvas import Array, grid, smoothstep
from painting.terrain import HORIZON

MOON_RADIUS = 0.022


def draw_sky(rng: np.random.Generator, moon_side: float, size: int) -> dict[str, Array]:
    """Clouds and the light on them, the distance from the moon, and the stars; each (size, size)."""
    x, y = grid(size)
    cloud, cloud_light = np.zeros((2, size, size), dtype=np.float32)
    top = slice(0, int(HORIZON * size))
    cloud[top], cloud_light[top] = _clouds(noise.Plane(rng), x[top], y[top])
    moon_x, moon_y = 0.5 + moon_side * rng.uniform(0.1, 0.25), rng.uniform(0.06, 0.10)
    stars = np.zeros((size, size), dtype=np.float32)
    spots = rng.random((260, 2)) * (1, HORIZON)
    stars[(spots[:, 1] * size).astype(int), (spots[:, 0] * size).astype(int)] = rng.random(260) ** 2.5
    moon = np.hypot(x - moon_x, y - moon_y) / MOON_RADIUS
    return {"cloud": cloud, "cloud_light": cloud_light, "moon": moon, "stars": stars}


def _clouds(plane: noise.Plane, x: Array, y: Array) -> tuple[Array, Array]:
    """Cover and light of a layer of clouds that recedes to the horizon."""
    rise = HORIZON - y + 0.11
    u, v = 0.42 * (x - 0.5) / rise + 40, 0.36 / rise
    warp = 0.25 * plane.smooth(u * 2 + 9, v * 2)
    here, sunward = (plane.fractal(u * 1.5 + warp + d, v * 1.9 - d, 6, 0.55) for d in (0.0, -0.09))
    return smoothstep(-0.15, 0.95, here), np.clip(0.6 + 0.8 * (here - sunward), 0, 1)
