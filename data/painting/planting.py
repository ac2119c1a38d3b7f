"""What grows in a scene: woods, shrubs on the meadow, flowers."""

import numpy as np

from painting.canvas import Array, smoothstep
from painting.layers import Geometry, Label
from painting.terrain import EYE, FOCAL, Place, land_height, path_x, project
from painting.trees import FORMS, Nursery

TREE_LINE = 330.0
SCATTERED, SHRUBS, FLOWERS = 30_000, 700, 16_000  # places that are tried for each kind of plant


def plant(rng: np.random.Generator, geometry: Geometry, place: Place) -> None:
    """Trees where `woods` lets them grow and shrubs on the meadow, the far ones first."""
    size = len(geometry.label)
    nursery = Nursery(rng)
    plants = np.vstack([_trees(rng, place), _shrubs(rng, place)])
    plants = plants[np.argsort(-plants[:, 1])]
    ground = land_height(place, plants[:, 0], plants[:, 1]) - plants[:, 4]
    columns, rows = project(plants[:, 0], ground, plants[:, 1])
    forms, tones = rng.integers(FORMS, size=len(plants)), rng.normal(0, 1, len(plants))
    for i, (_, z, tall, leafy, _) in enumerate(plants):
        column, row, pixels = float(columns[i] * size), float(rows[i] * size), FOCAL * tall / z * size
        _shadow(geometry, column, row, pixels, z)
        tree = nursery.tree(int(leafy), int(forms[i]), pixels)
        label = Label.BROADLEAF if leafy else Label.CONIFER
        _stand(geometry, tree, round(column), round(row), z, label, float(tones[i]))


def _trees(rng: np.random.Generator, place: Place) -> Array:
    """Trees as rows (N, 5) of x, z, height, whether they are broad-leaved, and how deep they are sunk."""
    z = np.exp(rng.uniform(np.log(60), np.log(2400), SCATTERED)).astype(np.float32)
    x = (rng.uniform(-0.55, 0.55, SCATTERED) / FOCAL * z).astype(np.float32)
    ground = land_height(place, x, z)
    framing = smoothstep(0.30, 0.42, np.abs(x) / z * FOCAL) * 0.05
    likely = woods(place, x, z, ground) * np.maximum(smoothstep(330, 800, z), framing)
    clear = np.hypot(x - place.village_x, (z - place.village_z) * 0.6) > 34
    clear &= np.abs(x - path_x(place, z)) > 5
    leafy = rng.random(SCATTERED) < smoothstep(60, 6, ground) * 0.75
    tall = np.where(leafy, rng.uniform(9, 15, SCATTERED), rng.uniform(11, 23, SCATTERED))
    grows = (rng.random(SCATTERED) < likely) & clear
    trees: Array = np.stack([x, z, tall, leafy, 0.02 * tall], axis=1)[grows]
    return trees


def _shrubs(rng: np.random.Generator, place: Place) -> Array:
    """Shrubs on the meadow and about the houses, in clumps; rows as of `_trees`."""
    z = rng.uniform(15.0, 230.0, SHRUBS)
    x = rng.uniform(-0.5, 0.5, SHRUBS) / FOCAL * z
    clump = place.woods.fractal(x / 30, z / 30, 2)
    home = np.exp(-(((x - place.village_x) / 40) ** 2) - ((z - place.village_z) / 40) ** 2)
    grows = (clump + 0.7 * home + rng.normal(0, 0.35, SHRUBS) > 0.75) & (np.abs(x - path_x(place, z)) > 3.5)
    grows &= land_height(place, x, z) > 1.0
    tall = rng.uniform(0.8, 2.8, SHRUBS) + 2.5 * home
    return np.stack([x, z, tall, np.ones(SHRUBS), 0.38 * tall], axis=1)[grows]


def woods(place: Place, x: Array, z: Array, height: Array) -> Array:
    """How likely a tree stands at (x, z), in [0, 1]."""
    clump = place.woods.fractal(x / 130, z / 130, 3)
    slope = smoothstep(-0.35, 0.5, clump + 0.9 * smoothstep(20, 90, height))
    line = smoothstep(TREE_LINE + 90 * place.woods.smooth(x / 300, z / 300), 0.6 * TREE_LINE, height)
    return slope * line * smoothstep(0.5, 2.5, height)


def sow(rng: np.random.Generator, place: Place, size: int) -> Array:
    """Clumps of flowers on the meadow between the camera and the village."""
    bloom = np.zeros((size, size), dtype=np.uint8)
    z = 1 / rng.uniform(1 / 90, 1 / 9, FLOWERS)
    x = rng.uniform(-0.5, 0.5, FLOWERS) / FOCAL * z
    clump = place.woods.fractal(x / 9, z / 9, 3)
    kind = np.where(place.hills.smooth(x / 14, z / 14) > 0.3, 1, np.where(rng.random(FLOWERS) < 0.6, 2, 3))
    ground = land_height(place, x, z)
    grows = (clump + rng.normal(0, 0.5, FLOWERS) > 0.35) & (ground > 1.5)
    column, row = project(x, ground, z)
    across = np.clip(0.075 * FOCAL / z * size, 1, 6).astype(int)
    for i in np.flatnonzero(grows):
        top, left = int(row[i] * size), int(column[i] * size)
        bloom[top : top + across[i], left : left + across[i] + 1] = kind[i]
    return bloom


def _shadow(geometry: Geometry, column: float, row: float, pixels: float, z: float) -> None:
    """Darken the ground at the right of a tree's foot."""
    size = len(geometry.label)
    long, flat = 0.55 * pixels, max(0.9 * pixels * EYE / z * 0.35, 1.0)
    top, left = max(int(row - flat), 0), max(int(column - 0.4 * long), 0)
    bottom, right = min(int(row + flat) + 1, size), min(int(column + 1.6 * long) + 1, size)
    if top >= bottom or left >= right:
        return
    rows, columns = np.mgrid[top:bottom, left:right]
    inside = ((columns - column - 0.5 * long) / long) ** 2 + ((rows - row) / flat) ** 2
    window = np.s_[top:bottom, left:right]
    on_land = (geometry.label[window] == Label.LAND) | (geometry.label[window] == Label.PATH)
    geometry.light[window] *= 1 - 0.45 * smoothstep(1.0, 0.3, inside) * on_land


def _stand(
    geometry: Geometry, tree: Array, column: int, row: int, z: float, label: Label, tone: float
) -> None:
    """Put a tree with its foot at (row, column) in front of everything farther than z."""
    height, width = tree.shape[:2]
    top, left = row - height, column - width // 2
    window = np.s_[max(top, 0) : max(row, 0), max(left, 0) : max(left + width, 0)]
    shown = geometry.depth[window].shape
    part = tree[max(-top, 0) :, max(-left, 0) :][: shown[0], : shown[1]]
    seen = (part[..., 0] > 0.5) & (geometry.depth[window] > z)
    geometry.label[window][seen] = label
    geometry.depth[window][seen] = z
    geometry.light[window][seen] = part[..., 1][seen]
    geometry.up[window][seen] = part[..., 2][seen]
    geometry.tone[window][seen] = tone
