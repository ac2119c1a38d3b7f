"""Colours by their hexadecimal names, ramps between them, and small shifts of them."""

import numpy as np

from painting.canvas import Array

LUMA = np.array([0.299, 0.587, 0.114], dtype=np.float32)


def rgb(*names: str) -> Array:
    """Hexadecimal names such as "1d3f72" as RGB in [0, 1]: (3,) for one name, (N, 3) for several."""
    colours = np.array([list(bytes.fromhex(name)) for name in names], dtype=np.float32) / 255
    return colours[0] if len(names) == 1 else colours


def ramp(colours: Array, position: Array) -> Array:
    """The colour ramp through `colours` (N, 3), evenly spaced over [0, 1], read at each `position`."""
    stops = np.linspace(0, 1, len(colours))
    channels = [np.interp(position, stops, colours[:, c]) for c in range(3)]
    return np.stack(channels, axis=-1).astype(np.float32)


def vary(rng: np.random.Generator, colours: Array, lightness: float, hue: float) -> Array:
    """`colours` (N, 3) with normal variation: one draw for all channels, and one for each channel."""
    shared = rng.normal(0, lightness, (len(colours), 1))
    return colours + shared + rng.normal(0, hue, colours.shape)


def saturate(colours: Array, amount: float) -> Array:
    """Colours drawn away from their own grey (`amount` > 1) or towards it (< 1)."""
    grey = (colours @ LUMA)[..., None]
    return grey + (colours - grey) * amount
