"""The motif of a river bank on a bright day: sails, far trees, a near tree and its long shade."""

import numpy as np

from painting import noise
from painting.canvas import Array, grid, over, smoothstep
from painting.colour import ramp, rgb

SKY = rgb("8fb8de", "b9d3e6", "e3e6dc", "f4e6c4")
WATER = rgb("3d6fae", "6b9bc9", "a3c4d8", "e6e2cc")
FAR = rgb("3b6a58", "5f8f5a", "94b06a", "c9c98a")
GRASS = rgb("3c6a2e", "6c9a3a", "a3bf4c", "dcd266", "f0e48a")
SHADE = rgb("1c3550", "27504a", "3c6a44")
LEAVES = rgb("1e3d34", "2f6038", "5c8a3a", "a3b04a", "dcc860")
TRUNK = rgb("3a2540", "6a3c34", "a0603c")


def river_bank(rng: np.random.Generator, size: int) -> Array:
    """The smooth colours (size, size, 3) that the dots are to make."""
    x, y = grid(size)
    cloud = noise.fractal(rng, size, (8, 4), 3)
    picture = ramp(SKY, 0.15 + 1.7 * y + 0.12 * cloud)
    ripple = noise.fractal(rng, size, (60, 6), 3, 0.7)
    river = ramp(WATER, 0.62 - 1.1 * (y - 0.42) + 0.16 * ripple)
    picture = over(picture, river, smoothstep(0.418, 0.422, y))
    picture = _far_bank(rng, picture)
    for sail_x, scale in zip(rng.uniform(0.06, 0.62, 4), (0.055, 0.08, 0.11, 0.14), strict=True):
        picture = _sail(picture, x - sail_x, y - 0.43 - 0.8 * scale, scale)
    picture = _meadow(rng, picture)
    return _trees(rng, picture)


def _far_bank(rng: np.random.Generator, picture: Array) -> Array:
    size = len(picture)
    _, y = grid(size)
    crowns = 0.375 - 0.022 * np.abs(noise.profile(rng, size, 9, 3)) - 0.01 * noise.profile(rng, size, 3, 1)
    light = 0.4 + 0.2 * noise.fractal(rng, size, (30, 30), 2) - 4 * (y - crowns - 0.02)
    picture = over(picture, ramp(FAR, light), smoothstep(0, 0.004, y - crowns) * (y < 0.425))
    depth = np.clip((y - 0.425) / 0.05, 0, 1)
    mirrored = smoothstep(0.05, 0.0, y - 0.425 - 0.5 * (0.40 - crowns)) * (y >= 0.425)
    return over(picture, ramp(FAR, 0.25 + 0.3 * depth), 0.7 * mirrored)


def _sail(picture: Array, dx: Array, dy: Array, scale: float) -> Array:
    """A sailing boat whose hull floats at the origin, and its light in the water."""
    main = (dx > 0) & (dx < 0.62 * (dy / scale + 1.5) * scale) & (dy > -1.5 * scale) & (dy < -0.12 * scale)
    jib = (dx < 0) & (-dx < 0.4 * (dy / scale + 1.25) * scale) & (dy > -1.25 * scale) & (dy < -0.12 * scale)
    hull = (np.abs(dx) < 0.62 * scale - 0.5 * dy) & (dy > -0.11 * scale) & (dy < 0.09 * scale)
    light = smoothstep(0.9 * scale, 0.0, dy) * (dy > 0.09 * scale) * (np.abs(dx) < 0.4 * scale)
    picture = over(picture, rgb("fbf3dc"), 0.55 * light)
    for part, colour in ((main, rgb("fdf6e3")), (jib, rgb("f3dcb8")), (hull, rgb("7a3326"))):
        picture = over(picture, colour, part.astype(np.float32))
    return picture


def _meadow(rng: np.random.Generator, picture: Array) -> Array:
    """The sunny bank, rising to the right, with bands of shade."""
    size = len(picture)
    x, y = grid(size)
    edge = 0.80 - 0.30 * smoothstep(0.05, 1.05, x) + 0.008 * noise.profile(rng, size, 6, 3)
    inside = smoothstep(-0.003, 0.003, y - edge)
    patches = noise.fractal(rng, size, (14, 5), 3)
    sunny = ramp(GRASS, 0.62 + 0.18 * patches - 0.3 * (y - edge))
    band = 0.83 + 0.05 * noise.profile(rng, size, 5, 2) - 0.12 * (x - 0.6)
    shaded = smoothstep(-0.02, 0.03, y - band) + 0.9 * np.exp(-(((y - 0.70 + 0.1 * x) / 0.022) ** 2)) * (
        x > 0.45
    )
    bank = over(sunny, ramp(SHADE, 0.5 + 0.3 * patches), np.clip(shaded, 0, 1) * 0.85)
    return over(picture, bank, inside)


def _trees(rng: np.random.Generator, picture: Array) -> Array:
    size = len(picture)
    x, y = grid(size)
    rough = noise.fractal(rng, size, (9, 9), 4, 0.6)
    for trunk_x, foot, crown_y, width in (
        (0.66, 0.60, 0.36, 0.085),
        (0.80, 0.66, 0.26, 0.14),
        (0.97, 0.80, 0.10, 0.27),
    ):
        bend = 0.02 * np.sin(7 * y + rng.uniform(0, 6))
        stem = smoothstep(1.1, 0.9, np.abs(x - trunk_x - bend) / (0.10 * width * (0.7 + 0.6 * y)))
        picture = over(
            picture, ramp(TRUNK, 0.5 - 4 * (x - trunk_x) / width * 0.1), stem * (y > crown_y) * (y < foot)
        )
        dx, dy = (x - trunk_x - bend) / width, (y - crown_y) / (1.05 * width)
        bulk = np.hypot(dx, dy) + 0.16 * rough
        light = 0.5 - 0.30 * dx - 0.32 * dy + 0.2 * rough
        picture = over(picture, ramp(LEAVES, light), smoothstep(1.02, 0.94, bulk))
    return picture
