"""The motif of a whirling night: stars in halos, a moon, a cypress, a village under blue hills."""

import numpy as np

from nstbench.images.painted import flow, noise
from nstbench.images.painted.canvas import Array, grid, over, smoothstep
from nstbench.images.painted.colour import ramp, rgb
from nstbench.images.painted.strokes import Motif

SKY = rgb("0c1a4e", "15307c", "2350a0", "3f79bd", "7fb0d0", "c9dcc4")
STAR = rgb("fdf6c8", "f7dc62", "eec23e", "e3cf74", "b9d3b0", "6fa3c8", "3a74b8")
MOON = rgb("f2a83a", "f7c443", "fbe58a", "f0d66a", "d9dc9c", "8fbcc0", "4a86c0")
HILLS = rgb("0a1636", "14305f", "27558f", "4a83ab")
CYPRESS = rgb("070d10", "12211a", "23371f", "4a4a22")
GROUND = rgb("0b1a2a", "14382f", "2f5a3c", "6c8a4c")
ACCENTS = rgb("e9cf6a", "9cc7d8", "0a1440", "d9e3c0", "3f79bd", "0f2a6a")


def night(rng: np.random.Generator, size: int) -> Motif:
    """Whirls of blue and yellow over a dark village."""
    sky_rng, star_rng, hill_rng, tree_rng, town_rng = rng.spawn(5)
    motif = _sky(sky_rng, size)
    motif = _stars(star_rng, motif)
    motif = _hills(hill_rng, motif)
    motif = _village(town_rng, motif)
    return _cypress(tree_rng, motif)


def _sky(rng: np.random.Generator, size: int) -> Motif:
    x, y = grid(size)
    turn = rng.choice([-1.0, 1.0])
    vortices = (
        flow.Vortex(0.46 + rng.normal(0, 0.02), 0.30 + rng.normal(0, 0.02), 0.12, 2.6 * turn),
        flow.Vortex(0.70 + rng.normal(0, 0.02), 0.43 + rng.normal(0, 0.01), 0.075, -2.4 * turn),
        flow.Vortex(0.16 + rng.normal(0, 0.02), 0.52 + rng.normal(0, 0.01), 0.06, -1.6 * turn),
    )
    slope = 0.5 * np.sin(7 * x + rng.uniform(0, 6)) + 0.35 * noise.fractal(rng, size, (3, 3), 2)
    field = flow.whirl(flow.from_angle(slope), vortices)
    streaks = flow.smear(noise.fractal(rng, size, (14, 14), 3, 0.8), field, 0.09)
    value = 0.40 + 0.24 * streaks / streaks.std() + 0.10 * np.sin(20 * y + 3 * slope)
    for vortex in vortices:
        value = np.maximum(value, _arms(x - vortex.x, y - vortex.y, vortex) + 0.10 * streaks / streaks.std())
    glow = smoothstep(0.5, 0.68, y) * 0.35
    return Motif(ramp(SKY, value + glow), field, ACCENTS)


def _arms(dx: Array, dy: Array, vortex: flow.Vortex) -> Array:
    """The light spiral arms of a whirl, (H, W) from 0 to about 0.9."""
    radius = np.hypot(dx, dy) / vortex.radius
    turn = np.arctan2(dy, dx) - np.sign(vortex.strength) * 2.2 * radius
    return (0.5 + 0.42 * np.cos(turn)) * np.exp(-((radius / 1.5) ** 4))


def _stars(rng: np.random.Generator, motif: Motif) -> Motif:
    x, y = grid(motif.colour.shape[0])
    colour, field = motif.colour, flow.unit(motif.flow)
    sizes = np.r_[0.075, rng.uniform(0.014, 0.034, 10)]
    for (star_x, star_y), radius in zip(_places(rng, sizes), sizes, strict=True):
        dx, dy = x - star_x, y - star_y
        distance = np.hypot(dx, dy) / radius
        rings = distance + 0.12 * np.sin(11 * distance)
        light = MOON if radius == sizes[0] else STAR
        colour = over(colour, ramp(light, rings / 2), smoothstep(2.3, 1.3, distance))
        around = np.stack([-dy, dx], axis=-1) / np.maximum(np.hypot(dx, dy), 1e-6)[..., None]
        cover = smoothstep(2.6, 1.6, distance)
        field = over(field, around, cover)
    return Motif(colour, flow.unit(field), motif.accents)


def _places(rng: np.random.Generator, sizes: Array) -> list[tuple[float, float]]:
    """One place for each star: the first is the moon, the others keep away from each other and the whirls."""
    places = [(0.84, 0.15)]
    taken = [(0.46, 0.30, 0.17), (0.70, 0.43, 0.12), (0.84, 0.15, 0.17)]
    for radius in sizes[1:]:
        tries = rng.uniform((0.03, 0.04), (0.97, 0.56), (60, 2))
        room = np.min([np.hypot(tries[:, 0] - x, tries[:, 1] - y) - r for x, y, r in taken], axis=0)
        x, y = tries[np.argmax(np.minimum(room, 0.11) + 1e-3 * rng.random(60))]
        places.append((float(x), float(y)))
        taken.append((float(x), float(y), 2 * radius))
    return places


def _hills(rng: np.random.Generator, motif: Motif) -> Motif:
    size = motif.colour.shape[0]
    _, y = grid(size)
    colour, field = motif.colour, motif.flow
    for number, child in enumerate(rng.spawn(3)):
        ridge = 0.635 + 0.055 * number + (0.035 - 0.006 * number) * noise.profile(child, size, 3, 3)
        depth = y - ridge
        bed = flow.unit(flow.along(depth + 0.012 * noise.fractal(child, size, (4, 4), 2)))
        streaks = flow.smear(noise.fractal(child, size, (24, 24), 2), bed, 0.05)
        palette = HILLS if number < 2 else GROUND
        value = 0.42 + 0.2 * streaks / streaks.std() - 0.9 * depth + 0.35 * smoothstep(0.012, 0.0, depth)
        inside = smoothstep(-0.002, 0.002, depth)
        colour, field = over(colour, ramp(palette, value), inside), over(field, bed, inside)
    return Motif(colour, flow.unit(field), motif.accents)


def _village(rng: np.random.Generator, motif: Motif) -> Motif:
    """Houses with lit windows, and a church whose spire reaches over the hills."""
    x, y = grid(motif.colour.shape[0])
    colour, field = motif.colour, motif.flow
    for base, left in sorted(zip(rng.uniform(0.83, 0.93, 11), np.linspace(0.33, 0.95, 11), strict=True)):
        width, tall = rng.uniform(0.028, 0.045), rng.uniform(0.022, 0.034)
        colour = _house(rng, colour, x - left - rng.normal(0, 0.01), y - base, width, tall)
    church = 0.60 + rng.normal(0, 0.03)
    dx, dy = np.abs(x - church), y - 0.86
    spire = smoothstep(0.0015, -0.0015, dx - 0.02 * np.clip((dy + 0.21) / 0.14, 0, 1)) * (dy < 0)
    colour = over(colour, ramp(HILLS, 0.25 + 0.5 * smoothstep(0.01, -0.01, x - church)), spire)
    upright = np.broadcast_to(np.array([0.0, 1.0], dtype=np.float32), field.shape)
    return Motif(colour, over(field, upright, spire), motif.accents)


def _house(rng: np.random.Generator, colour: Array, dx: Array, dy: Array, width: float, tall: float) -> Array:
    """A gabled house whose base stands at the origin of (dx, dy)."""
    wall = (np.abs(dx) < width) & (dy < 0) & (dy > -tall)
    roof = (dy <= -tall) & (dy > -tall - (width * 1.25 - np.abs(dx)) * 0.9)
    window = (np.abs(dx - rng.uniform(-0.4, 0.4) * width) < 0.006) & (np.abs(dy + tall / 2) < 0.008)
    walls, roofs = rgb("2c4f74", "4a6a80", "35586a"), rgb("152a4c", "243a52", "3a3a44")
    for place, paint in ((wall, rng.choice(walls)), (roof, rng.choice(roofs)), (window, rgb("f7cf4f"))):
        colour = over(colour, paint, place.astype(np.float32))
    return colour


def _cypress(rng: np.random.Generator, motif: Motif) -> Motif:
    """A dark flame of a tree at the left, from the lower edge almost to the upper one."""
    size = motif.colour.shape[0]
    x, y = grid(size)
    colour, field = motif.colour, motif.flow
    for centre, top, girth in ((0.23, 0.46, 0.05), (0.145, 0.07, 0.085)):
        height = np.clip((y - top) / (1 - top), 0, 1)
        sway = 0.022 * np.sin(9 * y + rng.uniform(0, 6)) * (1.2 - height)
        half = girth * height**0.75 * (1 + 0.16 * np.sin(30 * y + 2 * noise.profile(rng, size, 5)[:, None]))
        across = (x - centre - sway) / np.maximum(half, 1e-4)
        flame = np.stack([0.45 * np.sin(16 * y + 5 * across) - 0.35 * across, -np.ones_like(x)], axis=-1)
        bed = flow.unit(flame)
        streaks = flow.smear(noise.fractal(rng, size, (20, 40), 2), bed, 0.05)
        inside = smoothstep(1.06, 0.94, np.abs(across)) * (y > top)
        colour = over(colour, ramp(CYPRESS, 0.4 + 0.25 * streaks / streaks.std()), inside)
        field = over(field, bed, inside)
    return Motif(colour, flow.unit(field), motif.accents)
