"""The motif of a burning sky over a dark fjord, seen from a bridge."""

import numpy as np

from painting import flow, noise
from painting.canvas import Array, grid, over, smoothstep
from painting.colour import ramp, rgb
from painting.strokes import Motif

SKY = rgb("8a2f1c", "c8431f", "e2632a", "ee8a38", "f3b457", "efd28a", "9fb3a2")
FJORD = rgb("141a2c", "1f2f4a", "34506a", "6b7d78", "c9a35e", "e8c07a")
SHORE = rgb("12161c", "1d2a30", "2f4640", "4d5f48", "6f7350")
BRIDGE = rgb("2b1c1a", "5a3524", "8a5632", "b57f4a", "6a6a5c")
ACCENTS = rgb("f6d27a", "b3321e", "47627a", "f09a44", "20304a")
VANISHING = (0.06, 0.40)


def dusk(rng: np.random.Generator, size: int) -> Motif:
    """Wavy bands of red and orange, a blue fjord, a railed bridge that runs in from the left."""
    sky_rng, fjord_rng, shore_rng, bridge_rng = rng.spawn(4)
    motif = _sky(sky_rng, size)
    motif = _fjord(fjord_rng, motif)
    motif = _shore(shore_rng, motif)
    return _bridge(bridge_rng, motif)


def _bed(rng: np.random.Generator, level: Array, palette: Array, light: Array) -> tuple[Array, Array]:
    """Colours and flow of streaks along the contour lines of `level`, about the lightness `light`."""
    bed = flow.unit(flow.along(level))
    streaks = flow.smear(noise.fractal(rng, len(level), (26, 12), 3, 0.8), bed, 0.1)
    return ramp(palette, light + 0.22 * streaks / streaks.std()), bed


def _sky(rng: np.random.Generator, size: int) -> Motif:
    x, y = grid(size)
    phase = rng.uniform(0, 6, 2)
    sway = 0.030 * np.sin(7.5 * x + phase[0] + 5 * y) + 0.014 * np.sin(15 * x + phase[1] - 9 * y)
    level = y + sway + 0.016 * noise.fractal(rng, size, (3, 3), 2)
    light = 0.42 + 0.22 * np.sin(46 * level + 2 * np.sin(9 * level)) + 0.12 * smoothstep(0.1, 0.4, y)
    colour, bed = _bed(rng, level, SKY, light)
    return Motif(colour, bed, ACCENTS)


def _fjord(rng: np.random.Generator, motif: Motif) -> Motif:
    size = len(motif.colour)
    x, y = grid(size)
    level = y + 0.012 * np.sin(11 * x + rng.uniform(0, 6)) + 0.012 * noise.fractal(rng, size, (3, 3), 2)
    glow = 0.55 * np.exp(-(((level - 0.455) / 0.035) ** 2)) * smoothstep(0.75, 0.3, x)
    colour, bed = _bed(rng, level, FJORD, 0.22 + glow + 0.1 * np.sin(60 * level))
    ridge = 0.385 + 0.012 * noise.profile(rng, size, 4, 3) - 0.03 * smoothstep(0.4, 1.0, x)
    inside = smoothstep(-0.003, 0.003, y - ridge)
    hills, along = _bed(rng, y - ridge, FJORD, np.full_like(x, 0.22))
    motif = Motif(over(motif.colour, hills, inside), over(motif.flow, along, inside), motif.accents)
    water = smoothstep(-0.003, 0.003, y - ridge - 0.035 - 0.03 * smoothstep(0.4, 1.0, x))
    return Motif(over(motif.colour, colour, water), over(motif.flow, bed, water), motif.accents)


def _shore(rng: np.random.Generator, motif: Motif) -> Motif:
    """Dark banks that curl down along the right side."""
    size = len(motif.colour)
    x, y = grid(size)
    bulge = np.hypot((x - 1.08) / 0.62, (y - 0.86) / 0.40) + 0.05 * noise.fractal(rng, size, (3, 3), 2)
    light = 0.42 + 0.26 * np.sin(22 * bulge + rng.uniform(0, 6))
    colour, bed = _bed(rng, bulge, SHORE, light)
    inside = smoothstep(1.01, 0.99, bulge)
    return Motif(over(motif.colour, colour, inside), over(motif.flow, bed, inside), motif.accents)


def _bridge(rng: np.random.Generator, motif: Motif) -> Motif:
    """Planks and rails that run to a vanishing point at the left, and two walkers far off."""
    x, y = grid(len(motif.colour))
    dx, dy = x - VANISHING[0], y - VANISHING[1]
    slope = dx / np.maximum(dy, 1e-3)
    towards = flow.unit(np.stack([dx, dy], axis=-1))
    colour, field = motif.colour, motif.flow
    planks = (slope < 1.0) & (dy > 0)
    board = np.floor(slope * 7)
    tones = rng.uniform(0.2, 0.9, 64)[board.astype(int) % 64]
    seams = smoothstep(0.12, 0.0, np.abs(slope * 7 - board - 0.06))
    deck = ramp(BRIDGE, tones * (1 - 0.8 * seams))
    colour, field = (
        over(colour, deck, planks.astype(np.float32)),
        over(field, towards, planks[..., None].mean(-1)),
    )
    for low, high, tone in (
        (1.00, 1.12, 0.10),
        (1.40, 1.58, 0.45),
        (1.58, 1.68, 0.05),
        (2.25, 2.55, 0.5),
        (2.55, 2.7, 0.05),
    ):
        rail = ((slope > low) & (slope < high) & (dy > 0.01)).astype(np.float32)
        colour, field = over(colour, ramp(BRIDGE, np.full_like(x, tone)), rail), over(field, towards, rail)
    for walker_x, scale in ((0.105, 0.9), (0.150, 1.0)):
        body = _walker((x - walker_x) / scale, (y - 0.505) / scale)
        colour = over(colour, rgb("14141c"), body)
        field = over(field, np.array([0.0, 1.0]), body)
    return Motif(colour, flow.unit(field), motif.accents)


def _walker(dx: Array, dy: Array) -> Array:
    """A figure in a long coat and a hat, standing on the origin, 0.17 tall."""
    coat = (np.abs(dx) < 0.012 + 0.06 * (dy + 0.125)) & (dy > -0.125) & (dy < 0)
    head = np.hypot(dx, dy + 0.138) < 0.013
    hat = (np.abs(dx) < 0.012) & (dy < -0.145) & (dy > -0.168)
    return (coat | head | hat).astype(np.float32)
