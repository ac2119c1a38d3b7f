"""The motif of a mosaic: fish within a toothed border, as a map of regions."""

import numpy as np

from painting.canvas import Array, grid
from painting.colour import rgb

GROUND, OUTLINE, BACK, BELLY, FIN, EYE, FRAME, BAND, WAVE, SUN = range(10)
COLOURS = {
    GROUND: rgb("e2d6bb", "d8caab", "eadfc8", "cfc0a2"),
    OUTLINE: rgb("2a2724", "35302c", "1f2226"),
    BACK: rgb("3d5f74", "4d7387", "2f4c63", "5c8494"),
    BELLY: rgb("d9b98a", "c99b6a", "e2cda4"),
    FIN: rgb("a3472f", "b85a3a", "8c3626"),
    EYE: rgb("f2ead6", "e8dec6"),
    FRAME: rgb("2d3338", "3a3f42", "24292e"),
    BAND: rgb("e6dcc6", "dccfb4"),
    WAVE: rgb("9a3f2c", "ad5138", "7f3226"),
    SUN: rgb("d9a441", "c98a2e", "e6bb5e"),
}


def fish(rng: np.random.Generator, size: int) -> Array:
    """Regions (size, size) of a fish that swims to one side, over two smaller ones."""
    x, y = grid(size)
    regions = np.full((size, size), GROUND, dtype=np.uint8)
    side = rng.choice([-1.0, 1.0])
    swimmers = ((0.5, 0.40, 0.30), (0.325, 0.735, 0.155), (0.685, 0.72, 0.145))
    for number, (centre_x, centre_y, half) in enumerate(swimmers):
        sway = rng.uniform(0.1, 0.22) * rng.choice([-1, 1])
        heading = side if number == 0 else -side
        _swimmer(regions, heading * (x - centre_x) / half, (y - centre_y) / half, sway)
    _border(regions, x, y)
    return regions


def _swimmer(regions: Array, u: Array, v: Array, sway: float) -> None:
    """A fish about the origin of (u, v), its nose at u = 1 and its tail at u = -1.1."""
    v = v - sway * np.sin(2.2 * u)
    along = np.clip((u + 0.75) / 1.75, 0, 1)
    half = 0.92 * along**0.75 * (1 - along) ** 0.55 + 0.05 * (along > 0) * (along < 1)
    body = (np.abs(v) < half) & (u > -0.75) & (u < 1)
    tail = (
        (u < -0.62) & (u > -1.15) & (np.abs(v) < 0.75 * (-0.55 - u) + 0.05) & (np.abs(v) > 1.1 * (-0.92 - u))
    )
    back_fin = (v < -half + 0.1) & (v > -half - 0.34 * np.sin(np.clip((u + 0.45) / 0.8, 0, 1) * np.pi))
    low_fin = (v > half - 0.1) & (v < half + 0.30 * np.sin(np.clip((u - 0.05) / 0.4, 0, 1) * np.pi))
    fins = tail | ((back_fin | low_fin) & ~body & (np.abs(u) < 0.5))
    rim = 0.085
    inner = (np.abs(v) < half - rim) & (u > -0.70) & (u < 0.94)
    gill = np.abs(np.hypot(u - 0.98, v) - 0.52) < 0.035
    stripes = (np.mod(u * 4.2 + 0.6 * np.abs(v), 1) < 0.30) & (u < 0.36) & (v < 0.12)
    eye = np.hypot(u - 0.70, v + 0.10)
    for part, region in (
        (fins, FIN), (body, OUTLINE), (inner, BACK), (inner & (v > 0.12), BELLY),
        (inner & stripes, SUN), (inner & gill, OUTLINE), (eye < 0.115, EYE), (eye < 0.055, OUTLINE),
    ):  # fmt: skip
        regions[part] = region


def _border(regions: Array, x: Array, y: Array) -> None:
    """Two dark lines with a row of teeth between them."""
    inward = np.minimum(np.minimum(x, 1 - x), np.minimum(y, 1 - y))
    upright = np.minimum(x, 1 - x) < np.minimum(y, 1 - y)
    along = np.where(upright, y, x)
    phase = np.mod(along * 10, 1) - 0.5
    crest = 0.052 + 0.022 * np.cos(2 * np.pi * phase)
    regions[inward < 0.125] = BAND
    regions[(inward < 0.125) & (inward > 0.104)] = FRAME
    regions[(inward < crest + 0.012) & (inward < 0.104)] = WAVE
    regions[inward < 0.021] = FRAME
