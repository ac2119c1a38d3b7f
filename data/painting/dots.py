"""The dots painter: a river bank in pure dots that mix in the eye."""

import numpy as np

from painting.bank import river_bank
from painting.canvas import Array, shrink
from painting.colour import rgb, saturate

OVERSIZE = 2
GROUND = rgb("e6dcc0")
RADII = (0.0085, 0.0068, 0.0054)  # of the layers of dots, in picture sides
PURE = rgb(
    "24408e", "3f7fc4", "8fc1e0", "1f6b4a", "58a044", "b8cf4a",
    "f6de52", "f2a93b", "e0662f", "c2304a", "8a4a9a", "fbf3dc",
)  # fmt: skip


def dots(rng: np.random.Generator, size: int) -> Array:
    """A pointillist picture, (size, size, 3) in about [0, 1]."""
    motif_rng, dot_rng = rng.spawn(2)
    motif = river_bank(motif_rng, size)
    canvas = np.broadcast_to(GROUND, (size * OVERSIZE, size * OVERSIZE, 3)).copy()
    for radius in RADII:
        places = _places(dot_rng, 1.6 * radius)
        pixels = np.clip((places * size).astype(int), 0, size - 1)
        colours = _divided(dot_rng, motif[pixels[:, 1], pixels[:, 0]])
        _stamp(dot_rng, canvas, places, colours, radius)
    return shrink(canvas, OVERSIZE)


def _places(rng: np.random.Generator, spacing: float) -> Array:
    """Dots (N, 2) on a jittered lattice, in random order."""
    lattice = np.arange(0, 1 + spacing, spacing)
    places = np.stack(np.meshgrid(lattice, lattice), axis=-1).reshape(-1, 2)
    return rng.permutation(places + rng.normal(0, 0.35 * spacing, places.shape))


def _divided(rng: np.random.Generator, colours: Array) -> Array:
    """Local colours divided: most dots lean to a purer neighbour, some are its complement."""
    wanted = saturate(colours, 1.35) + rng.normal(0, 0.2, colours.shape)
    distance = ((wanted[:, None] - PURE[None]) ** 2).sum(axis=-1)
    pure = PURE[np.argmin(distance, axis=1)]
    lean = rng.choice([0.25, 0.55, 0.9], len(colours), p=[0.35, 0.4, 0.25])[:, None]
    mixed = saturate(colours, 1.3) * (1 - lean) + pure * lean
    divided: Array = np.clip(mixed + rng.normal(0, 0.04, (len(colours), 1)), 0, 1)
    return divided


def _stamp(rng: np.random.Generator, canvas: Array, places: Array, colours: Array, radius: float) -> None:
    """Round dots, slightly unequal, later ones over earlier ones."""
    size = len(canvas)
    reach = int(radius * size * 1.25) + 1
    down, right = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    distance = np.hypot(down, right).ravel()
    order = (distance <= reach).nonzero()[0]
    radii = radius * size * rng.uniform(0.75, 1.2, len(places))
    rows = (places[:, 1] * size).astype(int)[:, None] + down.ravel()[order]
    columns = (places[:, 0] * size).astype(int)[:, None] + right.ravel()[order]
    inside = distance[order] <= radii[:, None]
    inside &= (rows >= 0) & (rows < size) & (columns >= 0) & (columns < size)
    dot = np.broadcast_to(np.arange(len(places))[:, None], inside.shape)[inside]
    canvas[rows[inside], columns[inside]] = colours[dot]
