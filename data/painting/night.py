"""The motif of a whirling night: stars in halos, a moon, a cypress, a village under blue hills."""

import numpy as np

from painting import flow, noise
from painting.canvas import Array, grid, over, smoothstep
from painting.colour import ramp, rgb
from painting.strokes import Motif

SKY = rgb("0c1a4e", "15307c", "2350a0", "3f79bd", "7fb0d0", "c9dcc4")
STAR = rgb("fdf6c8", "f7dc62", "eec23e", "e3cf74", "b9d3b0", "6fa3c8", "3a74b8")
MOON = rgb("f2a83a", "f7c443", "fbe58a", "f0d66a", "d9dc9c", "8fbcc0", "4a86c0")
HILLS = rgb("0c1a44", "1a3c78", "2f66a6", "6aa0c0")
CYPRESS = rgb("070d10", "12211a", "23371f", "4a4a22")
GROUND = rgb("0b1a2a", "153f3c", "2f6048", "7a9a52")
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
    arms: Array = (0.5 + 0.42 * np.cos(turn)) * np.exp(-((radius / 1.5) ** 4))
    return arms


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
        rim = smoothstep(0.010, 0.004, np.abs(depth))
        value = 0.50 + 0.22 * streaks / streaks.std() - 1.2 * depth - 0.5 * rim
        inside = smoothstep(-0.002, 0.002, depth)
        colour, field = over(colour, ramp(palette, value), inside), over(field, bed, inside)
    return Motif(colour, flow.unit(field), motif.accents)


def _village(rng: np.random.Generator, motif: Motif) -> Motif:
    """Houses with lit windows between round bushes, and a church whose spire reaches over the hills."""
    x, y = grid(motif.colour.shape[0])
    church = 0.60 + rng.normal(0, 0.03)
    motif = _church(motif, x - church, y - 0.86)
    bases = np.sort(rng.uniform(0.85, 0.97, 13))
    for base, left in zip(bases, rng.permutation(np.linspace(0.32, 0.97, 13)), strict=True):
        bush_x, radius = left + rng.uniform(0.03, 0.06), rng.uniform(0.028, 0.05)
        motif = _bush(motif, x - bush_x, y - base, radius)
        motif = _house(rng, motif, x - left, y - base - 0.008, rng.uniform(0.024, 0.038))
    return motif


def _painted_in(motif: Motif, colour: Array, direction: tuple[float, float], cover: Array) -> Motif:
    """The motif with a part of it in `colour`, whose strokes run in `direction`."""
    cover = cover.astype(np.float32)
    return Motif(
        over(motif.colour, colour, cover), over(motif.flow, np.array(direction), cover), motif.accents
    )


def _church(motif: Motif, dx: Array, dy: Array) -> Motif:
    """A nave and a pointed tower that stand on the origin of (dx, dy)."""
    half = 0.021 * np.clip((dy + 0.27) / 0.14, 0, 1)
    tower = (np.abs(dx) < half) & (dy < 0)
    outline = (np.abs(dx) < half + 0.005) & (dy < 0) & (dy > -0.275)
    nave = (dx > -0.09) & (dx < 0.01) & (dy < 0) & (dy > -0.045)
    roof = (dx > -0.10) & (dx < 0.01) & (dy <= -0.04) & (dy > -0.085 + 0.5 * np.clip(-0.07 - dx, 0, 1))
    motif = _painted_in(motif, rgb("0a1330"), (0.0, 1.0), outline)
    motif = _painted_in(motif, rgb("5f86a0"), (0.0, 1.0), tower & (dx < 0.004))
    motif = _painted_in(motif, rgb("2c4c78"), (0.0, 1.0), tower & (dx >= 0.004))
    motif = _painted_in(motif, rgb("6f8f98"), (1.0, 0.0), nave)
    motif = _painted_in(motif, rgb("1a2c52"), (1.0, 0.0), roof)
    return _painted_in(
        motif, rgb("fbd75a"), (0.0, 1.0), (np.abs(dx + 0.045) < 0.007) & (np.abs(dy + 0.02) < 0.012)
    )


def _house(rng: np.random.Generator, motif: Motif, dx: Array, dy: Array, width: float) -> Motif:
    """A gabled house whose base stands at the origin of (dx, dy)."""
    tall, wall_colours = 0.75 * width, rgb("42688c", "7592a0", "58809a", "8a9a8c")
    roof_top = -tall - (1.2 * width - np.abs(dx)) * 0.85
    wall = (np.abs(dx) < width) & (dy < 0) & (dy > -tall)
    roof = (dy <= -tall) & (dy > roof_top)
    outline = (np.abs(dx) < width + 0.006) & (dy < 0.004) & (dy > roof_top - 0.009)
    pane = np.abs(np.abs(dx - rng.uniform(-0.2, 0.2) * width) - 0.4 * width)
    lit = (pane < 0.0065) & (np.abs(dy + 0.5 * tall) < 0.0085)
    motif = _painted_in(motif, rgb("0b1228"), (1.0, 0.0), outline)
    motif = _painted_in(motif, rng.choice(wall_colours), (1.0, 0.0), wall)
    motif = _painted_in(motif, rng.choice(rgb("1d3a66", "35486a", "5a4038")), (0.75, 0.66), roof)
    return _painted_in(motif, rgb("ffd44e"), (0.0, 1.0), lit)


def _bush(motif: Motif, dx: Array, dy: Array, radius: float) -> Motif:
    """A round bush whose strokes curl about its middle."""
    distance = np.hypot(dx, dy) / radius
    inside = smoothstep(1.05, 0.95, distance)
    curl = flow.unit(np.stack([-dy - 0.3 * dx, dx - 0.3 * dy], axis=-1))
    light = 0.42 - 0.25 * (dx + dy) / radius + 0.2 * np.cos(9 * distance)
    return Motif(
        over(motif.colour, ramp(GROUND, light), inside), over(motif.flow, curl, inside), motif.accents
    )


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
