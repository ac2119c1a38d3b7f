"""The study painter: a painting of nothing in particular, whose palette, composition and hand are all drawn.

Other painters vary one picture; from this one a network can learn what paintings have in common.
"""

from collections.abc import Callable

import numpy as np
import scipy
from PIL import Image, ImageDraw
from skimage.color import hsv2rgb

from painting import noise
from painting.canvas import Array, grid, over, shrink, smoothstep
from painting.colour import ramp, vary
from painting.flow import along, from_angle, smear, unit

OVERSIZE = 2  # marks are drawn on a canvas this many times too large
# How far apart the hues of a palette are, in turns: one hue, neighbours, opposites, three, any.
SCHEMES = ((0.0,), (0.0, 0.06, 0.12), (0.0, 0.5), (0.0, 1 / 3, 2 / 3), (0.0, 0.17, 0.41, 0.68, 0.83))


def study(rng: np.random.Generator, size: int) -> Array:
    """A painting, (size, size, 3) in about [0, 1]."""
    palette_rng, motif_rng, flow_rng, hand_rng, ground_rng = rng.spawn(5)
    palette = _palette(palette_rng)
    level = _composition(motif_rng, size)
    motif = ramp(palette, level)
    hand = HANDS[hand_rng.integers(len(HANDS))]
    painted = hand(hand_rng, motif, _flow(flow_rng, level), palette)
    return _on_ground(ground_rng, painted)


def _palette(rng: np.random.Generator) -> Array:
    """Three to seven colours (N, 3) of related hues, from dark to light or in any order."""
    count = int(rng.integers(3, 8))
    scheme = np.asarray(SCHEMES[rng.integers(len(SCHEMES))])
    hue = (rng.random() + rng.choice(scheme, count) + rng.normal(0, 0.02, count)) % 1
    dark, light = rng.uniform(0.05, 0.45), rng.uniform(0.65, 1.0)
    value = np.linspace(dark, light, count) + rng.normal(0, 0.06, count)
    if rng.random() < 0.4:
        rng.shuffle(value)
    saturation = rng.beta(2, 2, count) * rng.uniform(0.4, 1.5)
    colours: Array = hsv2rgb(np.clip(np.stack([hue, saturation, value], axis=-1), 0, 1)).astype(np.float32)
    return colours


def _composition(rng: np.random.Generator, size: int) -> Array:
    """Where each colour of the palette goes, (size, size) in [0, 1]."""
    x, y = grid(size)
    cells = int(rng.integers(1, 7))
    rough = noise.fractal(rng, size, (cells, cells), 5, rng.uniform(0.35, 0.7))
    kind = rng.integers(5)
    if kind == 0:  # a landscape of bands
        level = y + 0.12 * rough * rng.uniform(0.3, 1.5)
    elif kind == 1:  # patches
        level = 0.5 + 0.25 * rough
    elif kind == 2:  # cells, each of one colour
        centres = rng.random((int(rng.integers(8, 120)), 2))
        warped = np.stack([x + 0.02 * rough, y - 0.02 * rough], axis=-1)
        level = rng.random(len(centres))[scipy.spatial.cKDTree(centres).query(warped)[1]]
    elif kind == 3:  # a figure before a ground
        across, down = (x - rng.uniform(0.35, 0.65)) / 0.25, (y - rng.uniform(0.4, 0.7)) / 0.35
        level = 0.75 * smoothstep(1.15, 0.85, np.hypot(across, down) + 0.1 * rough) + 0.12 * rough + 0.1
    else:  # rays or rings
        across, down = x - rng.random(), y - rng.random()
        rings = np.hypot(across, down) * rng.uniform(2, 8)
        rays = np.arctan2(down, across) / np.pi * rng.integers(2, 9)
        level = 0.5 + 0.5 * np.sin(np.pi * (rings if rng.random() < 0.5 else rays) + 0.5 * rough)
    return np.clip(level, 0, 1)


def _flow(rng: np.random.Generator, level: Array) -> Array:
    """The way the brush moves, a unit flow (H, W, 2): along the motif, one way, or in whirls."""
    size = len(level)
    kind = rng.integers(3)
    if kind == 0:
        smooth = scipy.ndimage.gaussian_filter(level, 0.04 * size) + 1e-3 * noise.smooth(rng, size, (3, 3))
        return unit(along(smooth))
    turns = 0.15 if kind == 1 else rng.uniform(0.8, 2.5)
    return from_angle(rng.uniform(0, np.pi) + turns * noise.smooth(rng, size, (3, 3)))


def _canvas(motif: Array) -> tuple[Image.Image, ImageDraw.ImageDraw, int]:
    side = len(motif) * OVERSIZE
    image = Image.fromarray((np.clip(motif, 0, 1) * 255).astype(np.uint8)).resize((side, side))
    return image, ImageDraw.Draw(image), side


def _finished(image: Image.Image) -> Array:
    return shrink(np.asarray(image, dtype=np.float32) / 255, OVERSIZE)


def _read(field: Array, places: Array) -> Array:
    """`field` (H, W, C) at `places` (N, 2) of x and y in [0, 1]."""
    column, row = np.clip((places * len(field)).astype(int), 0, len(field) - 1).T
    values: Array = field[row, column]
    return values


def _fills(colours: Array) -> list[tuple[int, ...]]:
    return [tuple(colour) for colour in (np.clip(colours, 0, 1) * 255).astype(int).tolist()]


def strokes(rng: np.random.Generator, motif: Array, flow: Array, palette: Array) -> Array:
    """Bent strokes along the flow, large ones first."""
    image, draw, side = _canvas(motif * rng.uniform(0.5, 1.0))
    width = rng.uniform(0.012, 0.045)
    stretch = rng.uniform(2, 12)
    for scale in (1.0, 0.55, 0.3)[: rng.integers(1, 4)]:
        wide, length = width * scale, width * scale * stretch
        path = [rng.random((min(int(2.2 / (wide * length)), 9000), 2))]
        colours = vary(rng, _read(motif, path[0]), rng.uniform(0.02, 0.1), rng.uniform(0.01, 0.06))
        for _ in range(5):
            path.append(path[-1] + length / 5 * _read(flow, path[-1]))
        for points, fill in zip(np.stack(path, 1) * side, _fills(colours), strict=True):
            draw.line([tuple(point) for point in points], fill, max(1, round(wide * side)), "curve")
    return _finished(image)


def dots(rng: np.random.Generator, motif: Array, flow: Array, palette: Array) -> Array:
    """Round dots, some of them of another colour of the palette."""
    image, draw, side = _canvas(np.broadcast_to(palette[-1], motif.shape))
    radius = rng.uniform(0.004, 0.014)
    places = rng.random((min(int(1.1 / radius**2), 14_000), 2))
    colours = vary(rng, _read(motif, places), 0.04, rng.uniform(0.02, 0.1))
    others = rng.random(len(places)) < rng.uniform(0, 0.25)
    colours[others] = palette[rng.integers(len(palette), size=others.sum())]
    for (x, y), r, fill in zip(
        places * side, radius * side * rng.uniform(0.7, 1.2, len(places)), _fills(colours), strict=True
    ):
        draw.ellipse((x - r, y - r, x + r, y + r), fill)
    return _finished(image)


def planes(rng: np.random.Generator, motif: Array, flow: Array, palette: Array) -> Array:
    """Overlapping four-sided planes, often edged in ink."""
    image, draw, side = _canvas(motif)
    edge = "black" if rng.random() < 0.5 else None
    largest = rng.uniform(0.06, 0.22)
    places = rng.random((int(rng.integers(150, 700)), 2))
    colours = vary(rng, _read(motif, places), 0.12, 0.04)
    lean = rng.uniform(0, np.pi, 3)
    for place, fill in zip(places, _fills(colours), strict=True):
        angle = rng.choice(lean) + np.array([0, 0.5, 1, 1.5]) * np.pi + rng.normal(0, 0.15, 4)
        reach = largest * rng.uniform(0.3, 1.0, 4)[:, None]
        corners = place + reach * np.stack([np.cos(angle), np.sin(angle)], axis=-1)
        draw.polygon([tuple(corner) for corner in corners * side], fill, edge)
    return _finished(image)


def tiles(rng: np.random.Generator, motif: Array, flow: Array, palette: Array) -> Array:
    """Stones set in grout: each pixel belongs to the nearest of many centres."""
    x, y = grid(len(motif))
    count = int(rng.integers(300, 3500))
    centres = rng.random((count, 2))
    found = scipy.spatial.cKDTree(centres).query(np.stack([x, y], axis=-1), 2)
    distance, nearest = map(np.asarray, found)
    stones = vary(rng, _read(motif, centres), 0.06, 0.02)[nearest[..., 0]]
    gap = (distance[..., 1] - distance[..., 0]) * np.sqrt(count)
    return over(np.broadcast_to(palette[0] * 0.6, motif.shape), stones, smoothstep(0.05, 0.2, gap))


def hatching(rng: np.random.Generator, motif: Array, flow: Array, palette: Array) -> Array:
    """Thin lines of ink along and across the flow, denser where the motif is dark, on tinted paper."""
    image, draw, side = _canvas(0.35 * motif + 0.65 * palette.max(0))
    length = rng.uniform(0.03, 0.1)
    places = rng.random((int(rng.integers(4000, 12_000)), 2))
    drawn = rng.random(len(places)) > _read(motif, places).mean(-1) + 0.1
    crossed = rng.random() < 0.5
    ink = _fills(palette[:1] * 0.4)[0]
    for place, way in zip(places[drawn], _read(flow, places[drawn]), strict=True):
        if crossed and rng.random() < 0.5:
            way = way[::-1] * (-1, 1)
        draw.line([*(place * side), *((place + length * way) * side)], ink, int(rng.integers(1, 4)))
    return _finished(image)


def woodcut(rng: np.random.Generator, motif: Array, flow: Array, palette: Array) -> Array:
    """A few flat colours, ink where they meet, and cuts along the flow in the dark ones."""
    few = palette[rng.permutation(len(palette))[: int(rng.integers(3, 5))]]
    nearest = np.abs(motif[:, :, None] - few).sum(-1).argmin(-1)
    thick = int(rng.integers(2, 5))
    edges = scipy.ndimage.maximum_filter(nearest, thick) != scipy.ndimage.minimum_filter(nearest, thick)
    streaks = smear(rng.standard_normal(nearest.shape).astype(np.float32), flow, rng.uniform(0.02, 0.06))
    cuts = (streaks > rng.uniform(0.5, 1.2) * streaks.std()) & (nearest % 2 == 0)
    cut = over(few[nearest], palette.max(0), 0.8 * cuts)
    return over(cut, palette.min(0) * 0.3, edges * 1.0)


def wash(rng: np.random.Generator, motif: Array, flow: Array, palette: Array) -> Array:
    """Watercolour: layers with wandering edges that dry darker, and granulation."""
    size = len(motif)
    picture = np.broadcast_to(0.85 + 0.15 * palette[-1], motif.shape)
    for _ in range(int(rng.integers(3, 7))):
        shape = noise.fractal(rng, size, (3, 3), 5, 0.55)
        edge = smoothstep(0.0, 0.05, shape)
        rim = 0.35 * np.exp(-((shape / 0.06) ** 2))
        pigment = 0.5 * motif + 0.5 * palette[rng.integers(len(palette))]
        picture = picture * (1 - (0.55 * edge + rim)[..., None] * (1 - pigment))
    return picture * (1 + 0.06 * noise.fractal(rng, size, (size // 6, size // 6), 2))[..., None]


def dragged(rng: np.random.Generator, motif: Array, flow: Array, palette: Array) -> Array:
    """Wet paint dragged along the flow with a dry brush."""
    size = len(motif)
    grain = rng.standard_normal((size, size)).astype(np.float32)
    reach = rng.uniform(0.02, 0.12)
    streaks = smear(grain, flow, reach)
    streaks /= streaks.std()
    mixed = np.stack([smear(motif[..., c] + 0.25 * grain, flow, reach) for c in range(3)], axis=-1)
    return mixed * (1 + rng.uniform(0.05, 0.2) * streaks)[..., None]


HANDS: tuple[Callable[[np.random.Generator, Array, Array, Array], Array], ...] = (
    strokes,
    strokes,  # most paintings are
    dots,
    planes,
    tiles,
    hatching,
    woodcut,
    wash,
    dragged,
)


def _on_ground(rng: np.random.Generator, picture: Array) -> Array:
    """The weave of a canvas or the grain of paper, and uneven light."""
    size = len(picture)
    x, y = grid(size)
    if rng.random() < 0.5:
        threads = size / rng.uniform(3, 7) * np.pi
        weave = np.sin(threads * x) * np.sin(threads * y)
    else:
        weave = noise.fractal(rng, size, (size // 4, size // 4), 2)
    shade = 1 + rng.uniform(0, 0.08) * weave + 0.05 * noise.smooth(rng, size, (2, 2))
    return picture * shade[..., None]
