"""Conifers and broad-leaved trees: small pictures of cover, light and upward-looking parts."""

import numpy as np
import scipy
from PIL import Image

from painting import noise
from painting.canvas import Array, smoothstep

DRAWN = 256  # the height at which trees are drawn before they are scaled
FORMS = 6  # different trees of each kind


def conifer(rng: np.random.Generator) -> Array:
    """A spruce (DRAWN, DRAWN, 3): cover, light and snow-bearing parts, each in [0, 1]; its foot is below."""
    rows, columns = np.mgrid[0:DRAWN, 0:DRAWN].astype(np.float32) / DRAWN
    x = columns - 0.5 + 0.01 * noise.smooth(rng, DRAWN, (4, 1))
    rough = noise.fractal(rng, DRAWN, (24, 24), 4, 0.8)
    tiers = rng.uniform(9, 12)
    droop = rows - 0.55 * np.abs(x) + 0.006 * rough
    tier = np.mod(droop * tiers + 0.5 * np.sign(x) * rng.uniform(0.3, 0.7), 1)
    half = rng.uniform(0.20, 0.26) * rows**0.9 * (0.55 + 0.45 * tier) + 0.012 * rough * (0.3 + rows)
    crown = smoothstep(0.006, -0.006, np.abs(x) - half) * (rows > 0.01) * (rows < 0.95)
    trunk = (np.abs(x) < 0.014) & (rows > 0.9)
    light = 0.42 - 1.1 * x / (0.1 + half) * 0.25 + 0.2 * (tier - 0.5) + 0.16 * rough
    bearing = smoothstep(0.45, 0.9, tier + 0.22 * rough)
    return _stacked(np.maximum(crown, trunk), light, bearing)


def broadleaf(rng: np.random.Generator) -> Array:
    """A crown of round boughs on a trunk, with the same planes as `conifer`."""
    rows, columns = np.mgrid[0:DRAWN, 0:DRAWN].astype(np.float32) / DRAWN
    rough = noise.fractal(rng, DRAWN, (20, 20), 4, 0.85)
    nearest = np.full(rows.shape, -1.0, dtype=np.float32)
    light, bearing = np.zeros_like(rows), np.zeros_like(rows)
    for angle, reach, radius in rng.uniform((0, 0, 0.07), (2 * np.pi, 1, 0.16), (34, 3)):
        centre_x = 0.5 + 0.27 * np.sqrt(reach) * np.cos(angle)
        centre_y = 0.40 + 0.26 * np.sqrt(reach) * np.sin(angle)
        dx, dy = (columns - centre_x) / radius, (rows - centre_y) / radius
        bulge = 1 - dx**2 - dy**2 + 0.30 * rough + 0.35 * rng.random()
        front = (bulge > nearest) & (bulge > 0.12)
        nearest = np.where(front, bulge, nearest)
        light = np.where(front, 0.42 - 0.26 * dx - 0.30 * dy + 0.12 * rough, light)
        bearing = np.where(front, smoothstep(0.1, -0.8, dy + 0.5 * rough), bearing)
    light = light - 0.25 * (rows - 0.4)
    trunk = (np.abs(columns - 0.5 + 0.01 * rough) < 0.012 + 0.02 * rows**6) & (rows > 0.5)
    crown = nearest > 0
    light = np.where(crown, light, 0.12)
    return _stacked((crown | trunk).astype(np.float32), light, bearing * crown)


def _stacked(cover: Array, light: Array, bearing: Array) -> Array:
    planes: Array = np.clip(np.stack([cover, light, bearing], axis=-1), 0, 1).astype(np.float32)
    return planes


class Nursery:
    """Trees of both kinds at any size, scaled once for each size asked for."""

    def __init__(self, rng: np.random.Generator) -> None:
        makers = (conifer, broadleaf)
        self._forms = [[make(child) for child in rng.spawn(FORMS)] for make in makers]
        self._scaled: dict[tuple[int, int, int], Array] = {}

    def tree(self, kind: int, form: int, height: float) -> Array:
        """A tree about `height` pixels tall, (H, W, 3), without empty margins at its sides."""
        tall = max(3, round(1.08 ** round(np.log(max(height, 3)) / np.log(1.08))))
        key = kind, form, tall
        if key not in self._scaled:
            self._scaled[key] = _scaled(self._forms[kind][form], tall)
        return self._scaled[key]


def _scaled(drawn: Array, tall: int) -> Array:
    planes = [Image.fromarray(drawn[..., plane]) for plane in range(3)]
    small = np.stack([np.asarray(p.resize((tall, tall), Image.Resampling.BICUBIC)) for p in planes], axis=-1)
    if tall < 12:
        small[..., 0] = scipy.ndimage.maximum_filter(small[..., 0], (1, 2))
    used = np.flatnonzero(small[..., 0].max(axis=0) > 0.3)
    return small[:, used[0] : used[-1] + 1] if len(used) else small
