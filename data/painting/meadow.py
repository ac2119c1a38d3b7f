"""The motif of a wheat field under rolling clouds, with cypresses, bushes and poppies."""

import numpy as np

from painting import flow, noise
from painting.canvas import grid, over, smoothstep
from painting.colour import ramp, rgb
from painting.strokes import Motif

SKY = rgb("4f86bd", "79a9d1", "a3c9dc", "d3e2dd", "f3efe0", "fbf8ee", "c9d3dc")
HILLS = rgb("2c4a7a", "4a70a5", "7d9cbf", "a9bfc9")
BUSHES = rgb("1c3320", "2f5230", "55803d", "8aa64f", "b9bf6a")
WHEAT = rgb("8a5f1c", "bf8a26", "dfae35", "f0cb52", "f7e28a", "c9b04a")
CYPRESS = rgb("0d1c16", "1a3322", "2d4d2a", "55682f")
ACCENTS = rgb("f6e7a0", "e9efe6", "6f9a4a", "d08a2a", "3f6ea8")
POPPY = rgb("c8321e")


def meadow(rng: np.random.Generator, size: int) -> Motif:
    """Whirling white clouds over blue hills and a field of yellow wheat in the wind."""
    sky_rng, hill_rng, wheat_rng, bush_rng, tree_rng = rng.spawn(5)
    motif = _sky(sky_rng, size)
    motif = _hills(hill_rng, motif)
    motif = _wheat(wheat_rng, motif)
    motif = _bushes(bush_rng, motif)
    return _cypresses(tree_rng, motif)


def _sky(rng: np.random.Generator, size: int) -> Motif:
    x, y = grid(size)
    places = rng.uniform((0.05, 0.05), (0.95, 0.42), (9, 2))
    turns = rng.choice([-1.0, 1.0], 9) * rng.uniform(1.2, 2.2, 9)
    vortices = [
        flow.Vortex(px, py, rng.uniform(0.05, 0.10), t) for (px, py), t in zip(places, turns, strict=True)
    ]
    field = flow.whirl(flow.from_angle(0.3 * np.sin(8 * x + rng.uniform(0, 6)) - 0.15), vortices)
    streaks = flow.smear(noise.fractal(rng, size, (16, 16), 3, 0.8), field, 0.07)
    clouds = noise.fractal(rng, size, (7, 4), 3, 0.6)
    value = 0.40 + 0.25 * clouds + 0.16 * streaks / streaks.std() - 0.10 * smoothstep(0.3, 0.0, y)
    return Motif(ramp(SKY, value), field, ACCENTS)


def _hills(rng: np.random.Generator, motif: Motif) -> Motif:
    size = len(motif.colour)
    x, y = grid(size)
    colour, field = motif.colour, flow.unit(motif.flow)
    for number, palette in enumerate((HILLS, HILLS, BUSHES)):
        tilt = 0.05 * np.sin(3 * x + 2.2 * number + rng.uniform(0, 6))
        ridge = 0.49 + 0.045 * number + (0.022 - 0.004 * number) * noise.profile(rng, size, 4, 3) + tilt * 0.6
        bed = flow.unit(flow.along(y - ridge + 0.01 * noise.fractal(rng, size, (4, 4), 2)))
        streaks = flow.smear(noise.fractal(rng, size, (24, 24), 2), bed, 0.04)
        edge = 0.3 * smoothstep(0.008, 0.0, np.abs(y - ridge))
        inside = smoothstep(-0.002, 0.002, y - ridge)
        colour = over(colour, ramp(palette, 0.45 + 0.2 * streaks / streaks.std() - edge), inside)
        field = over(field, bed, inside)
    return Motif(colour, flow.unit(field), motif.accents)


def _wheat(rng: np.random.Generator, motif: Motif) -> Motif:
    """Ears that lean with the wind, in swathes; poppies near the lower edge."""
    size = len(motif.colour)
    x, y = grid(size)
    edge = 0.66 + 0.018 * np.sin(5 * x + rng.uniform(0, 6)) + 0.006 * noise.profile(rng, size, 8)
    lean = 0.5 * np.sin(6 * x + 9 * y + rng.uniform(0, 6)) + 0.5 * noise.fractal(rng, size, (4, 4), 2)
    bed = flow.from_angle(-np.pi / 2 + 0.35 + 0.5 * lean)
    streaks = flow.smear(noise.fractal(rng, size, (16, 40), 3, 0.8), bed, 0.05)
    value = 0.50 + 0.24 * streaks / streaks.std() + 0.10 * lean - 0.35 * smoothstep(0.85, 1.0, y)
    inside = smoothstep(-0.003, 0.003, y - edge)
    colour, field = over(motif.colour, ramp(WHEAT, value), inside), over(motif.flow, bed, inside)
    for poppy_x, poppy_y in rng.uniform((0, 0.80), (1, 1.0), (70, 2)):
        radius = 0.005 + 0.03 * (poppy_y - 0.75)
        bloom = smoothstep(1.1, 0.8, np.hypot((x - poppy_x) / radius, (y - poppy_y) / (0.7 * radius)))
        colour = over(colour, POPPY, bloom)
    return Motif(colour, flow.unit(field), motif.accents)


def _bushes(rng: np.random.Generator, motif: Motif) -> Motif:
    size = len(motif.colour)
    x, y = grid(size)
    colour, field = motif.colour, motif.flow
    for centre in rng.uniform(0.0, 0.72, 9):
        width, base = rng.uniform(0.04, 0.09), rng.uniform(0.655, 0.685)
        dx, dy = (x - centre) / width, (y - base) / (width * 0.62)
        bulk = np.hypot(dx, dy) + 0.12 * noise.fractal(rng, size, (10, 10), 2)
        curl = flow.unit(np.stack([-dy - 0.4 * dx, dx - 0.4 * dy], axis=-1))
        light = 0.48 - 0.22 * dx - 0.28 * dy + 0.22 * noise.fractal(rng, size, (30, 30), 2)
        inside = smoothstep(1.03, 0.97, bulk) * (dy < 0.5)
        colour, field = over(colour, ramp(BUSHES, light), inside), over(field, curl, inside)
    return Motif(colour, flow.unit(field), motif.accents)


def _cypresses(rng: np.random.Generator, motif: Motif) -> Motif:
    """Two dark flames at the right."""
    size = len(motif.colour)
    x, y = grid(size)
    colour, field = motif.colour, motif.flow
    for centre, top, foot, girth in ((0.93, 0.20, 0.72, 0.045), (0.845, 0.10, 0.74, 0.062)):
        height = np.clip((y - top) / (foot - top), 0, 1)
        sway = 0.014 * np.sin(14 * y + rng.uniform(0, 6)) * (1.1 - height)
        half = (
            girth * height**0.6 * (1.05 - height**6 * 0.5) * (1 + 0.14 * np.sin(42 * y + rng.uniform(0, 6)))
        )
        across = (x - centre - sway) / np.maximum(half, 1e-4)
        bed = flow.unit(
            np.stack([0.5 * np.sin(26 * y + 4 * across) - 0.3 * across, -np.ones_like(x)], axis=-1)
        )
        streaks = flow.smear(noise.fractal(rng, size, (20, 40), 2), bed, 0.04)
        inside = smoothstep(1.06, 0.94, np.abs(across)) * (y > top) * (y < foot)
        colour = over(colour, ramp(CYPRESS, 0.42 + 0.26 * streaks / streaks.std()), inside)
        field = over(field, bed, inside)
    return Motif(colour, flow.unit(field), motif.accents)
