"""The facets painter: a still life broken into overlapping shaded planes, in ochre, grey and green."""

import numpy as np

from painting import noise
from painting.canvas import Array, grid, over, smoothstep
from painting.colour import ramp, rgb

GROUND = rgb("4b4436", "6e6450", "8d8168", "6f7260")
PLANES = rgb(
    "efe2bd", "d9c28c", "c2a062", "a67d42", "7d5a2f", "4f3a22", "2a241d",
    "8f9484", "6b7566", "4c5a4c", "b9b8a6", "cfc9b4", "8a6a3a", "33392f",
)  # fmt: skip
INK = rgb("1c1813")
LEANINGS = np.deg2rad([-4.0, 4.0, 34.0, 88.0, 94.0, 128.0, 184.0, 214.0, 270.0])
PLANES_LAID = 330


def facets(rng: np.random.Generator, size: int) -> Array:
    """An analytical-cubist picture, (size, size, 3) in about [0, 1]."""
    plane_rng, arc_rng, ink_rng, dab_rng = rng.spawn(4)
    ground = noise.fractal(rng, size, (3, 3), 4)
    picture = ramp(GROUND, 0.5 + 0.25 * ground)
    turn = plane_rng.normal(0, 0.12)
    for number in range(PLANES_LAID):
        _plane(plane_rng, picture, 1 - number / PLANES_LAID, turn)
        if number % 14 == 5:
            _arc(arc_rng, picture)
    picture = _scaffold(ink_rng, _guitar(ink_rng, picture))
    return _dabbed(dab_rng, picture)


def _plane(rng: np.random.Generator, picture: Array, early: float, turn: float) -> None:
    """One four-sided plane: opaque at its leading edge, fading into what lies behind it."""
    size = len(picture)
    reach = (0.036 + 0.17 * early**1.4) * rng.uniform(0.45, 1.5, 2)
    centre = rng.normal((0.5, 0.5), (0.16 + 0.24 * early, 0.24 + 0.14 * early))
    angle = rng.choice(LEANINGS) + turn + rng.normal(0, 0.05)
    window, u, v = _turned_window(size, centre, angle, float(reach.max()) * 1.5)
    skew, taper = rng.normal(0, 0.16, 2)
    across, along = (u + skew * v) / reach[0], v / reach[1] + taper * u / reach[0]
    inside = np.maximum(np.abs(across), np.abs(along))
    pixel = 1.2 / (size * reach.min())
    fade = np.clip(0.5 + 0.5 * across, 0, 1) ** rng.uniform(0.8, 2.2)
    cover = smoothstep(1 + pixel, 1 - pixel, inside) * (0.08 + 0.88 * fade)
    colour = PLANES[rng.integers(len(PLANES))] * (0.80 + 0.34 * (0.5 - 0.5 * along))[..., None]
    picture[window] = over(picture[window], colour, cover)
    if rng.random() < 0.42:
        edge = smoothstep(1.7 * pixel, 0.4 * pixel, np.abs(across - 1 + pixel)) * (np.abs(along) < 1)
        picture[window] = over(picture[window], INK, 0.75 * edge)


def _turned_window(
    size: int, centre: Array, angle: float, reach: float
) -> tuple[tuple[slice, slice], Array, Array]:
    """The window of the picture about `centre`, and coordinates in it turned by `angle`."""
    low = np.clip(((centre - reach) * size).astype(int), 0, size)
    high = np.clip(((centre + reach) * size).astype(int) + 1, 0, size)
    columns, rows = np.arange(low[0], high[0]), np.arange(low[1], high[1])
    dx, dy = np.meshgrid((columns + 0.5) / size - centre[0], (rows + 0.5) / size - centre[1])
    window = np.s_[low[1] : high[1], low[0] : high[0]]
    return window, np.cos(angle) * dx + np.sin(angle) * dy, -np.sin(angle) * dx + np.cos(angle) * dy


def _arc(rng: np.random.Generator, picture: Array) -> None:
    """A segment of a ring, as of a guitar's body or the rim of a glass."""
    size = len(picture)
    centre, radius = rng.normal((0.5, 0.55), (0.17, 0.20)), rng.uniform(0.05, 0.17)
    start, sweep = rng.uniform(0, 2 * np.pi), rng.uniform(1.2, 3.2)
    window, u, v = _turned_window(size, centre, start, radius * 1.1)
    distance, turn = np.hypot(u, v), np.mod(np.arctan2(v, u), 2 * np.pi)
    within = smoothstep(sweep + 0.02, sweep - 0.02, turn)
    shade = np.clip(distance / radius, 0, 1) ** 3 * smoothstep(radius + 0.002, radius - 0.002, distance)
    picture[window] = over(picture[window], PLANES[rng.integers(len(PLANES))], 0.75 * shade * within)
    line = smoothstep(0.0035, 0.0015, np.abs(distance - radius))
    picture[window] = over(picture[window], INK, 0.8 * line * within)


def _guitar(rng: np.random.Generator, picture: Array) -> Array:
    """A guitar that one makes out by its two lobes, its sound hole and its strings."""
    x, y = grid(len(picture))
    angle = np.deg2rad(rng.uniform(58, 74))
    u = np.cos(angle) * (x - 0.48) + np.sin(angle) * (y - 0.50)
    v = -np.sin(angle) * (x - 0.48) + np.cos(angle) * (y - 0.50)
    body = np.minimum(np.hypot(u - 0.05, v) - 0.095, np.hypot(u - 0.20, v) - 0.135)
    wood = smoothstep(0.002, -0.002, body) * (0.15 + 0.45 * smoothstep(-0.004, 0.004, v))
    picture = over(picture, ramp(PLANES[1:5], 0.5 - 3 * v), wood)
    outline = smoothstep(0.0045, 0.002, np.abs(body)) * smoothstep(-0.4, 0.2, np.sin(17 * u + 3 * np.sign(v)))
    hole = smoothstep(0.042, 0.038, np.hypot(u - 0.08, v))
    picture = over(over(picture, INK, 0.85 * outline), INK, 0.85 * hole)
    for number in range(5):
        string = smoothstep(0.0022, 0.0008, np.abs(v - 0.011 * (number - 2))) * (u > -0.34) * (u < 0.24)
        picture = over(picture, PLANES[0] if number % 2 else INK, 0.8 * string)
    return picture


def _scaffold(rng: np.random.Generator, picture: Array) -> Array:
    """A few long ink lines that hold the planes together."""
    x, y = grid(len(picture))
    for lean in rng.choice(LEANINGS, 7):
        offset = np.cos(lean) * (x - rng.uniform(0.2, 0.8)) + np.sin(lean) * (y - rng.uniform(0.2, 0.8))
        drawn = np.sin(5 * (np.sin(lean) * x - np.cos(lean) * y)) > -0.2
        picture = over(picture, INK, 0.7 * smoothstep(0.0024, 0.001, np.abs(offset)) * drawn)
    return picture


def _dabbed(rng: np.random.Generator, picture: Array) -> Array:
    """Short level dabs of the brush over everything, and corners that fall back into the ground."""
    size = len(picture)
    x, y = grid(size)
    short = noise.fractal(rng, size, (size // 6, size // 14), 2, 0.7)
    broad = noise.fractal(rng, size, (60, 24), 2, 0.8)
    quiet = ramp(GROUND, 0.7 + 0.1 * broad)
    picture = over(picture, quiet, 0.6 * smoothstep(0.46, 0.72, np.hypot(1.12 * (x - 0.5), 0.92 * (y - 0.5))))
    return picture * (1.04 + 0.075 * short + 0.06 * broad)[..., None]
