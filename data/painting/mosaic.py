"""The mosaic painter: stone tesserae in rows along the contours of a fish, within a toothed border."""

import numpy as np
import scipy
from skimage import measure

from painting import noise
from painting.canvas import Array, over, smoothstep
from painting.colour import rgb, vary
from painting.fish import COLOURS, fish

ROW = 0.0165  # the width of a row of tesserae, in picture sides
NEIGHBOURS = 7
GROUT = rgb("6f6454")


def mosaic(rng: np.random.Generator, size: int) -> Array:
    """An antique mosaic, (size, size, 3) in about [0, 1]."""
    motif_rng, stone_rng = rng.spawn(2)
    regions = fish(motif_rng, size)
    depth = _depth(regions)
    centres = _rows(stone_rng, depth)
    angle = _angles(depth, centres) + stone_rng.normal(0, 0.06, len(centres))
    stone, gap, offset = _cells(size, centres, angle)
    pixel = np.clip(centres * size, 0, size - 1).astype(int)
    colours = _stones(stone_rng, regions[pixel[:, 1], pixel[:, 0]])
    return _set_in_grout(stone_rng, colours, stone, gap, offset)


def _depth(regions: Array) -> Array:
    """How deep each pixel lies inside its region, in rows of tesserae."""
    edge = scipy.ndimage.maximum_filter(regions, 3) != scipy.ndimage.minimum_filter(regions, 3)
    return scipy.ndimage.distance_transform_edt(~edge) / (ROW * len(regions))


def _rows(rng: np.random.Generator, depth: Array) -> Array:
    """Centres of tesserae (N, 2) of x and y in [0, 1], along contours of equal depth; none too close."""
    size = len(depth)
    smooth = scipy.ndimage.gaussian_filter(depth, 0.15 * ROW * size)
    placed: list[Array] = []
    for level in np.arange(0.5, depth.max(), 1.0):
        for line in measure.find_contours(smooth, level):
            length = np.r_[0, np.cumsum(np.hypot(*np.diff(line, axis=0).T))]
            stride = ROW * size * rng.uniform(0.95, 1.12)
            stops = np.arange(rng.uniform(0, stride), length[-1], stride) + rng.normal(0, 0.02 * stride)
            placed.append(
                np.stack([np.interp(stops, length, line[:, axis]) for axis in (1, 0)], axis=-1) / size
            )
    centres = np.concatenate([*placed, rng.random((6000, 2))])
    return _thinned(centres, 0.74 * ROW)


def _thinned(centres: Array, apart: float) -> Array:
    """Those centres that keep `apart` from every one kept before."""
    kept = np.ones(len(centres), dtype=bool)
    for first, second in sorted(scipy.spatial.cKDTree(centres).query_pairs(apart)):
        if kept[first]:
            kept[second] = False
    return centres[kept]


def _angles(depth: Array, centres: Array) -> Array:
    size = len(depth)
    down, right = np.gradient(scipy.ndimage.gaussian_filter(depth, 0.35 * ROW * size))
    pixel = np.clip(centres * size, 0, size - 1).astype(int)
    angles: Array = np.arctan2(down[pixel[:, 1], pixel[:, 0]], right[pixel[:, 1], pixel[:, 0]])
    return angles


def _cells(size: int, centres: Array, angle: Array) -> tuple[Array, Array, Array]:
    """For each pixel its stone, how far it is from the next stone, and where it lies on its own (H, W, 2).

    A stone is the set of points nearest to its centre, where distance is measured by squares turned with
    the row.
    """
    places = (np.stack(np.meshgrid(np.arange(size), np.arange(size)), axis=-1).reshape(-1, 2) + 0.5) / size
    near = np.asarray(scipy.spatial.cKDTree(centres).query(places, NEIGHBOURS)[1])
    offset = (places[:, None] - centres[near]) / ROW
    cos, sin = np.cos(angle[near]), np.sin(angle[near])
    turned = np.abs(
        np.stack([cos * offset[..., 0] + sin * offset[..., 1], cos * offset[..., 1] - sin * offset[..., 0]])
    )
    distance = turned.max(axis=0) + 0.04 * turned.sum(axis=0)
    order = np.argsort(distance, axis=1)[:, :2]
    pixel = np.arange(len(places))
    gap = distance[pixel, order[:, 1]] - distance[pixel, order[:, 0]]
    own = order[:, 0]
    return (
        near[pixel, own].reshape(size, size),
        gap.reshape(size, size),
        offset[pixel, own].reshape(size, size, 2),
    )


def _stones(rng: np.random.Generator, regions: Array) -> Array:
    """A colour for each stone: one of its region's few kinds of stone, slightly varied."""
    colours = np.zeros((len(regions), 3), dtype=np.float32)
    for region, kinds in COLOURS.items():
        here = regions == region
        colours[here] = kinds[rng.integers(len(kinds), size=here.sum())]
    return vary(rng, colours, 0.045, 0.012)


def _set_in_grout(rng: np.random.Generator, colours: Array, stone: Array, gap: Array, offset: Array) -> Array:
    """Stones tilted a little in their bed, rough on top, with worn rims."""
    size = len(stone)
    rough = noise.fractal(rng, size, (size // 8, size // 8), 3, 0.8)
    grout = GROUT * (1 + 0.10 * rough + 0.06 * noise.fractal(rng, size, (6, 6), 3))[..., None]
    tilt = rng.normal(0, 0.09, (len(colours), 2))
    light = 1 + (tilt[stone] * offset).sum(axis=-1) - 0.10 * offset.sum(axis=-1) * smoothstep(0.35, 0.15, gap)
    surface = colours[stone] * (light + 0.045 * rough)[..., None]
    return over(grout, surface, smoothstep(0.07, 0.20, gap + 0.02 * rough))
