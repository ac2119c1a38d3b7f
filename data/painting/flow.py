"""Flow fields: directions that brush strokes follow, and colours smeared along them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy

from painting.canvas import Array, grid


@dataclass(frozen=True)
class Vortex:
    """A whirl about (x, y) of the given radius; the sign of `strength` is its sense of turning."""

    x: float
    y: float
    radius: float
    strength: float


def whirl(flow: Array, vortices: Sequence[Vortex]) -> Array:
    """A flow (H, W, 2) of x and y components with vortices stirred into it."""
    x, y = grid(flow.shape[0])
    for vortex in vortices:
        dx, dy = (x - vortex.x) / vortex.radius, (y - vortex.y) / vortex.radius
        pull = vortex.strength * np.exp(-(dx**2 + dy**2) / 2) * np.exp(0.5)
        flow = flow + pull[..., None] * np.stack([-dy, dx], axis=-1)
    return flow


def along(level: Array) -> Array:
    """The flow (H, W, 2) along the contour lines of a smooth field (H, W)."""
    down, right = np.gradient(level)
    return np.stack([-down, right], axis=-1)


def unit(flow: Array) -> Array:
    """The flow with every vector of length one."""
    length = np.linalg.norm(flow, axis=-1, keepdims=True)
    directions: Array = flow / np.maximum(length, 1e-9)
    return directions


def from_angle(angle: Array) -> Array:
    """The unit flow (H, W, 2) in the direction of `angle` (H, W) in radians, clockwise from the right."""
    return np.stack([np.cos(angle), np.sin(angle)], axis=-1)


def smear(field: Array, flow: Array, reach: float, steps: int = 12) -> Array:
    """`field` (H, W) averaged along the flow over `reach` (of the picture's side) both ways.

    The line integral convolution of Cabral and Leedom (1993): noise becomes streaks that follow the flow.
    """
    size = field.shape[0]
    ahead = (unit(flow) * (reach * size / steps)).astype(np.float32)
    start = np.moveaxis(np.mgrid[0:size, 0:size][::-1], 0, -1).astype(np.float32)
    total = field.copy()
    for sense in (1, -1):
        place, here = start, ahead
        for _ in range(steps):
            place = place + sense * here
            column, row = np.moveaxis(np.clip(place, 0, size - 1).astype(np.intp), -1, 0)
            here = ahead[row, column]
            total += field[row, column]
    return scipy.ndimage.gaussian_filter(total / (2 * steps + 1), 0.7)
