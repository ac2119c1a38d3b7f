"""Oil paint: curved brush strokes with bristles, laid in layers, lit as relief from the upper left.

After A. Hertzmann, "Painterly rendering with curved brush strokes of multiple sizes" (1998). Every stroke is
a strip of samples bent along the flow; the last sample that falls on a pixel is the paint one sees there.
"""

from dataclasses import dataclass

import numpy as np
import scipy

from painting.canvas import Array, shrink
from painting.colour import vary

OVERSIZE = 2  # strokes are laid on a canvas this many times too large
PATH_POINTS = 14
BRUSHES = 24  # different worn brushes in the pot
RELIEF_SIDE = 1024  # slopes of the paint are measured per this part of the side: alike at every size
BATCH = 200  # strokes laid at once, for the sake of memory


@dataclass(frozen=True)
class Motif:
    """What is to be painted: colours (H, W, 3), flow (H, W, 2), and accents (N, 3) strewn among them."""

    colour: Array
    flow: Array
    accents: Array


@dataclass(frozen=True)
class Layer:
    """One size of brush; lengths are in parts of the picture's side.

    `coverage` is how many strokes lie over each other on average, `fidelity` the difference in colour at
    which a stroke ends, `detail` how strongly strokes keep to the places where the motif has edges.
    """

    width: float
    length: float
    coverage: float
    fidelity: float
    detail: float = 0.0
    lightness: float = 0.05
    hue: float = 0.02
    accent: float = 0.06


@dataclass
class _Oil:
    """The wet canvas: colour (S, S, 3) and thickness (S, S) of the paint."""

    colour: Array
    thickness: Array


def paint_strokes(rng: np.random.Generator, motif: Motif, layers: tuple[Layer, ...], relief: float) -> Array:
    """The motif in oil, (H, W, 3) in about [0, 1]; `relief` is the strength of the impasto light."""
    size = motif.colour.shape[0]
    ground = np.repeat(np.repeat(motif.colour, OVERSIZE, axis=0), OVERSIZE, axis=1)
    oil = _Oil(ground * 0.8, np.zeros(ground.shape[:2], dtype=np.float32))
    for layer, child in zip(layers, rng.spawn(len(layers)), strict=True):
        _lay(child, oil, motif, layer, size)
    return shrink(_lit(oil, relief), OVERSIZE)


def _lay(rng: np.random.Generator, oil: _Oil, motif: Motif, layer: Layer, size: int) -> None:
    starts = _starts(rng, motif, layer)
    length = _lengths(motif, layer, starts)
    paths = _trace(motif.flow, starts, length)
    middle = paths[:, PATH_POINTS // 3]
    colours = vary(rng, _read(motif.colour, middle), layer.lightness, layer.hue)
    accented = rng.random(len(colours)) < layer.accent
    chosen = motif.accents[rng.integers(len(motif.accents), size=len(colours))]
    colours[accented] = 0.35 * colours[accented] + 0.65 * chosen[accented]
    brushes = _brushes(rng, layer, size)
    widths = layer.width * rng.uniform(0.75, 1.2, len(paths))
    for first in range(0, len(paths), BATCH):
        batch = slice(first, first + BATCH)
        _press(
            oil, brushes, rng, paths[batch] * OVERSIZE * size, widths[batch] * OVERSIZE * size, colours[batch]
        )


def _starts(rng: np.random.Generator, motif: Motif, layer: Layer) -> Array:
    """Where strokes begin, (N, 2) of x and y in [0, 1]."""
    count = int(layer.coverage / (layer.width * layer.length))
    starts = rng.random((count, 2)) * 1.1 - 0.05
    if layer.detail == 0:
        return starts
    edges = scipy.ndimage.gaussian_gradient_magnitude(motif.colour.mean(axis=-1), 0.004 * len(motif.colour))
    wanted = _read(np.minimum(edges / np.quantile(edges, 0.9), 1)[..., None], starts)[:, 0]
    return starts[rng.random(count) < (1 - layer.detail) + layer.detail * wanted]


def _read(field: Array, places: Array) -> Array:
    """`field` (H, W, C) at `places` (..., 2) of x and y in [0, 1]; the nearest pixel."""
    size = field.shape[0]
    column, row = np.moveaxis(np.clip((places * size).astype(int), 0, size - 1), -1, 0)
    values: Array = field[row, column]
    return values


def _trace(flow: Array, starts: Array, length: Array) -> Array:
    """Paths (N, PATH_POINTS, 2) of the given lengths (N,) from `starts` along the flow."""
    step = (length / (PATH_POINTS - 1))[:, None]
    paths = [starts]
    for _ in range(PATH_POINTS - 1):
        paths.append(paths[-1] + step * _read(flow, paths[-1]))
    return np.stack(paths, axis=1)


def _lengths(motif: Motif, layer: Layer, starts: Array) -> Array:
    """How far each stroke may go before the motif's colour leaves that of its start; at least a dab."""
    paths = _trace(motif.flow, starts, np.full(len(starts), layer.length))
    colours = _read(motif.colour, paths)
    near = np.abs(colours - colours[:, :1]).sum(axis=-1) < layer.fidelity
    kept = np.argmin(np.c_[near, np.zeros(len(near), dtype=bool)], axis=1) / PATH_POINTS
    lengths: Array = layer.length * np.clip(kept, 0.3, 1)
    return lengths


def _brushes(rng: np.random.Generator, layer: Layer, size: int) -> Array:
    """(BRUSHES, along, across) heights in about [0, 1] of the paint that worn brushes leave, 0 for none."""
    along = int(layer.length * OVERSIZE * size * 1.25) + 2
    across = int(layer.width * OVERSIZE * size * 1.7) + 2
    hairs = scipy.ndimage.gaussian_filter(rng.standard_normal((BRUSHES, along, across)), (0, along / 6, 0.8))
    hairs /= hairs.std()
    u, v = np.linspace(0, 1, along)[:, None], np.linspace(-1, 1, across)[None, :]
    rounded = np.minimum(1, np.minimum(u / 0.12, (1 - u) / 0.2))
    inside = np.abs(v) < np.sqrt(np.clip(rounded * (2 - rounded), 0, 1)) * (0.88 + 0.1 * hairs)
    dry = hairs > -0.6 - 2.2 * (1 - u) / 0.4
    height = 0.55 + 0.2 * hairs - 0.25 * v**2 + 0.2 * (np.abs(v) > 0.7) + 0.15 * (u > 0.85)
    prints: Array = (np.clip(height, 0.05, 1.2) * inside * dry).astype(np.float32)
    return prints


def _press(
    oil: _Oil, brushes: Array, rng: np.random.Generator, paths: Array, widths: Array, colours: Array
) -> None:
    """Lay strokes, later ones over earlier ones; `paths` and `widths` are in pixels of the canvas."""
    _, along, across = brushes.shape
    size = oil.thickness.shape[0]
    tangent = np.gradient(paths, axis=1)
    tangent /= np.maximum(np.linalg.norm(tangent, axis=-1, keepdims=True), 1e-6)
    normal = np.stack([-tangent[..., 1], tangent[..., 0]], axis=-1) * (widths / 2)[:, None, None]
    spread = _between(PATH_POINTS, along)
    centre, side = (np.matmul(spread, points.astype(np.float32)) for points in (paths, normal))
    offset = np.linspace(-1, 1, across, dtype=np.float32)
    place = (centre[:, :, None] + side[:, :, None] * offset[:, None]).astype(np.int32)
    height = brushes[rng.integers(BRUSHES, size=len(paths))]
    wet = (height > 0) & np.all((place >= 0) & (place < size), axis=-1)
    pixel = (place[..., 1] * size + place[..., 0])[wet]
    stroke = np.broadcast_to(np.arange(len(paths))[:, None, None], wet.shape)[wet]
    height = height[wet]
    oil.thickness.reshape(-1)[pixel] = height
    oil.colour.reshape(-1, 3)[pixel] = colours[stroke] + 0.12 * (height - 0.55)[:, None]


def _between(points: int, count: int) -> Array:
    """(count, points) weights of linear interpolation."""
    place = np.linspace(0, points - 1, count)[:, None]
    weights: Array = np.clip(1 - np.abs(place - np.arange(points)), 0, 1).astype(np.float32)
    return weights


def _lit(oil: _Oil, relief: float) -> Array:
    """The painting under a lamp at the upper left: flanks of the paint turned to it shine."""
    height = scipy.ndimage.gaussian_filter(oil.thickness, 0.8)
    down, right = np.gradient(height, RELIEF_SIDE / len(height))
    light = np.clip(relief * (down + right), -0.35, 0.45)[..., None]
    lit: Array = oil.colour * (1 + light) + 0.25 * np.clip(light, 0, 1) ** 2
    return lit
