"""The composition painter: circles, wedges, lines and chequers over washes, after the Bauhaus years."""

import numpy as np

from painting import noise
from painting.canvas import Array, grid, over, smoothstep
from painting.colour import ramp, rgb

PAPER = rgb("e9dcb8", "f0e6cc", "dfd2b4", "c9cfc4")
WASHES = rgb("e8a24a", "6f9fc0", "d98a84", "8fae8a", "b59ac0", "f0d070")
BRIGHT = rgb(
    "c9302a", "1f4e9a", "f2c230", "1d1b22", "2f7f6a", "e8762c", "7a3f8a", "f4ead0", "5fa3c9", "d9748a"
)
INK = rgb("17151a")


def composition(rng: np.random.Generator, size: int) -> Array:
    """An abstract picture, (size, size, 3) in about [0, 1]."""
    wash_rng, form_rng, line_rng, paper_rng = rng.spawn(4)
    picture = _washes(wash_rng, size)
    diagonal = np.deg2rad(form_rng.uniform(28, 48)) * form_rng.choice([-1.0, 1.0])
    for _ in range(5):
        picture = _wedge(form_rng, picture, diagonal)
    picture = _target(picture, form_rng.uniform((0.2, 0.18), (0.36, 0.32)), 0.17)
    for _ in range(26):
        picture = _circle(form_rng, picture)
    for _ in range(4):
        picture = _chequers(form_rng, picture, diagonal)
    for _ in range(26):
        picture = _line(line_rng, picture, diagonal)
    for _ in range(6):
        picture = _arcs(line_rng, picture)
    return _on_paper(paper_rng, picture)


def _washes(rng: np.random.Generator, size: int) -> Array:
    """Clouds of thin colour that pool at their edges."""
    x, y = grid(size)
    picture = ramp(PAPER, 0.4 + 0.25 * noise.fractal(rng, size, (3, 3), 4))
    for colour in rng.permutation(np.vstack([WASHES, WASHES])):
        centre, reach = rng.random(2), rng.uniform(0.12, 0.30)
        distance = np.hypot(x - centre[0], y - centre[1]) / reach + 0.16 * noise.fractal(
            rng, size, (6, 6), 5, 0.6
        )
        pool = smoothstep(1.0, 0.8, distance) * (0.45 + 0.4 * smoothstep(0.5, 0.95, distance))
        picture = over(picture, colour, 0.75 * pool)
    return picture


def _bright(rng: np.random.Generator) -> Array:
    colour: Array = BRIGHT[rng.integers(len(BRIGHT))]
    return colour


def _soft(size: int, distance: Array) -> Array:
    """Cover of the area where `distance`, in picture sides, is negative; an edge of one pixel."""
    return np.clip(0.5 - distance * size, 0, 1)


def _rotated(size: int, centre: Array, angle: float) -> tuple[Array, Array]:
    x, y = grid(size)
    dx, dy = x - centre[0], y - centre[1]
    return np.cos(angle) * dx + np.sin(angle) * dy, -np.sin(angle) * dx + np.cos(angle) * dy


def _wedge(rng: np.random.Generator, picture: Array, diagonal: float) -> Array:
    """A long sharp triangle, opaque at its point and fading to its base."""
    size = len(picture)
    length, spread = rng.uniform(0.3, 0.7), rng.uniform(0.12, 0.3)
    u, v = _rotated(size, rng.uniform(0.1, 0.9, 2), diagonal + rng.choice([0, np.pi / 2, np.pi, -np.pi / 2]))
    inside = _soft(size, np.maximum(np.abs(v) - spread * u, u - length))
    picture = over(picture, _bright(rng), inside * (0.85 - 0.6 * np.clip(u / length, 0, 1)))
    edge = _soft(size, np.abs(np.abs(v) - spread * u) - 0.0014) * (u > 0) * (u < length)
    return over(picture, INK, 0.8 * edge)


def _target(picture: Array, centre: Array, radius: float) -> Array:
    """The great circle: a halo, a dark disc, rings of colour in it."""
    size = len(picture)
    distance = np.hypot(*_rotated(size, centre, 0.0))
    picture = over(picture, rgb("e2543c"), 0.7 * smoothstep(1.55 * radius, 0.9 * radius, distance))
    rings = [INK, rgb("4a2f6a"), rgb("1f4e9a"), rgb("d9748a"), rgb("f2c230"), INK]
    for part, colour in zip((1.0, 0.80, 0.62, 0.42, 0.30, 0.14), rings, strict=True):
        picture = over(picture, colour, 0.95 * _soft(size, distance - part * radius))
    return picture


def _circle(rng: np.random.Generator, picture: Array) -> Array:
    """A circle: glowing, ringed, or see-through over the things behind it."""
    size = len(picture)
    radius = 0.012 + 0.075 * rng.random() ** 2
    distance = np.hypot(*_rotated(size, rng.uniform(0.04, 0.96, 2), 0.0))
    if rng.random() < 0.4:
        picture = over(picture, _bright(rng), 0.55 * smoothstep(1.8 * radius, 0.9 * radius, distance))
    picture = over(picture, _bright(rng), rng.uniform(0.6, 1.0) * _soft(size, distance - radius))
    picture = over(picture, INK, 0.9 * _soft(size, np.abs(distance - radius) - 0.0015))
    return over(picture, _bright(rng), _soft(size, distance - radius * rng.uniform(0.2, 0.6)))


def _chequers(rng: np.random.Generator, picture: Array, diagonal: float) -> Array:
    """A slanting board of small squares in two or three colours."""
    size = len(picture)
    cell, columns, rows = rng.uniform(0.018, 0.03), int(rng.integers(3, 7)), int(rng.integers(3, 6))
    u, v = _rotated(size, rng.uniform(0.15, 0.85, 2), diagonal * rng.choice([-1, 1]) + rng.normal(0, 0.1))
    u, v = u + 0.35 * v, v
    inside = (u > 0) & (v > 0) & (u < columns * cell) & (v < rows * cell)
    tints = np.stack([_bright(rng), _bright(rng), PAPER[1]])
    which = np.clip(np.floor(u / cell), 0, 9).astype(int) + np.clip(np.floor(v / cell), 0, 9).astype(int)
    chosen = tints[rng.integers(0, 3, 20)][which]
    seam = np.minimum(np.mod(u, cell), np.mod(v, cell)) < 0.0022
    colour = np.where(seam[..., None], INK, chosen)
    return over(picture, colour, 0.92 * inside)


def _line(rng: np.random.Generator, picture: Array, diagonal: float) -> Array:
    """A straight line, thick or thin, often with its parallels."""
    size = len(picture)
    angle = diagonal + rng.choice([0, 0, np.pi / 2, 0.9, -0.6]) + rng.normal(0, 0.06)
    u, v = _rotated(size, rng.uniform(0.1, 0.9, 2), angle)
    half, thick = rng.uniform(0.08, 0.42), rng.choice([0.0011, 0.0018, 0.0032, 0.006], p=[0.4, 0.3, 0.2, 0.1])
    taper = 0.4 + 0.6 * np.clip(0.5 + 0.5 * u / half, 0, 1)
    colour = INK if rng.random() < 0.75 else _bright(rng)
    for parallel in range(int(rng.choice([1, 1, 3, 5]))):
        stripe = _soft(size, np.maximum(np.abs(v - 0.013 * parallel) - thick * taper, np.abs(u) - half))
        picture = over(picture, colour, 0.92 * stripe)
    return picture


def _arcs(rng: np.random.Generator, picture: Array) -> Array:
    """A row of half circles, like scales or a ringing bell."""
    size = len(picture)
    radius, count = rng.uniform(0.022, 0.05), int(rng.integers(2, 6))
    u, v = _rotated(size, rng.uniform(0.12, 0.85, 2), rng.uniform(0, 2 * np.pi))
    place = np.clip(np.round(u / (2 * radius)), 0, count - 1)
    distance = np.hypot(u - 2 * radius * place, v)
    upper = (v > 0).astype(np.float32)
    picture = over(picture, _bright(rng), 0.8 * _soft(size, distance - radius) * upper)
    for part in (1.0, 0.66, 0.36):
        picture = over(picture, INK, 0.9 * _soft(size, np.abs(distance - part * radius) - 0.0014) * upper)
    return picture


def _on_paper(rng: np.random.Generator, picture: Array) -> Array:
    """The tooth of the paper and the unevenness of the paint."""
    size = len(picture)
    tooth = noise.fractal(rng, size, (size // 8, size // 8), 3, 0.9)
    uneven = noise.fractal(rng, size, (12, 12), 4, 0.8)
    return picture * (1 + 0.035 * tooth + 0.035 * uneven)[..., None]
