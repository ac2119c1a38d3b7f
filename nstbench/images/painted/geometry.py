"""What stands where in a scene: one map of labels and the maps of form, all drawn from the seed alone."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from skimage.draw import polygon

from nstbench.images.painted import noise
from nstbench.images.painted.canvas import Array, grid, smoothstep
from nstbench.images.painted.houses import Face, Part, village
from nstbench.images.painted.terrain import (
    EYE,
    FOCAL,
    HORIZON,
    Place,
    Surface,
    choose_place,
    land_height,
    path_x,
    project,
    visible_surface,
)
from nstbench.images.painted.trees import FORMS, Nursery

TREE_LINE = 330.0
SCATTERED = 30_000  # places that are tried for a tree


class Label(IntEnum):
    """The kinds of thing in a scene."""

    SKY = 0
    LAND = 1
    WATER = 2
    PATH = 3
    CONIFER = 4
    BROADLEAF = 5
    WALL = 6
    ROOF = 7
    WINDOW = 8


@dataclass(frozen=True)
class Geometry:
    """Maps (S, S) of a scene; nothing in them depends on season or light.

    `label` holds `Label` values; `depth` and `height` are metres; `light`, `up` (how far the surface bears
    snow), `woods` (far forest), `cloud`, `moon` and `stars` are in [0, 1]; `tone` and `grain` are textures of
    about unit spread; `mirrored` is the row that each pixel of water reflects.
    """

    label: Array
    depth: Array
    height: Array
    light: Array
    up: Array
    tone: Array
    grain: Array
    woods: Array
    cloud: Array
    cloud_light: Array
    moon: Array
    stars: Array
    mirrored: Array


def draw_geometry(rng: np.random.Generator, size: int) -> Geometry:
    """The scene of a seed, (size, size)."""
    place_rng, texture_rng, sky_rng, tree_rng, house_rng = rng.spawn(5)
    place = choose_place(place_rng)
    ground = visible_surface(place, size)
    geometry = Geometry(
        label=_ground_labels(place, ground),
        depth=np.where(ground.sky, np.inf, ground.z).astype(np.float32),
        height=ground.height,
        light=ground.light.copy(),
        up=ground.up.copy(),
        tone=_ground_tone(texture_rng, place, ground),
        grain=noise.fractal(texture_rng, size, (size // 8, size // 8), 3, 0.9),
        woods=_woods(place, ground.x, ground.z, ground.height) * smoothstep(700, 1300, ground.z),
        mirrored=_mirrored(ground),
        **_sky(sky_rng, place, size),
    )
    _build(house_rng, geometry, place)
    _plant(tree_rng, geometry, place)
    return geometry


def _ground_labels(place: Place, ground: Surface) -> Array:
    label = np.full(ground.z.shape, Label.LAND, dtype=np.uint8)
    label[ground.height <= 0] = Label.WATER
    beside = np.abs(ground.x - path_x(place, ground.z) + 0.12 * place.hills.fractal(ground.x, ground.z, 3))
    label[(beside < 1.25) & (ground.z < place.village_z) & (ground.height > 0.3)] = Label.PATH
    label[ground.sky] = Label.SKY
    return label


def _ground_tone(rng: np.random.Generator, place: Place, ground: Surface) -> Array:
    """Meadows and rocks: patches in the world far and near, tufts that stand upright close to the camera."""
    size = len(ground.z)
    tone = np.zeros_like(ground.z)
    for length in (90.0, 30.0, 9.0, 3.0, 1.0):
        resolved = np.clip(length / (0.012 * ground.z), 0, 1) * np.clip(ground.z / (8 * length), 0.3, 1)
        tone += 0.45 * resolved * place.hills.smooth(ground.x / length + 31, ground.z / length)
    close = smoothstep(140, 15, ground.z)
    tufts = noise.fractal(rng, size, (size // 24, size // 8), 3, 1.0)
    lying = noise.fractal(rng, size, (size // 8, size // 24), 3, 0.8)
    return tone + 0.9 * close * tufts + 0.4 * (1 - close) * lying


def _woods(place: Place, x: Array, z: Array, height: Array) -> Array:
    """How likely a tree stands at (x, z), in [0, 1]."""
    clump = place.woods.fractal(x / 130, z / 130, 3)
    slope = smoothstep(-0.35, 0.5, clump + 0.9 * smoothstep(20, 90, height))
    line = smoothstep(TREE_LINE + 90 * place.woods.smooth(x / 300, z / 300), 0.6 * TREE_LINE, height)
    return slope * line * smoothstep(0.5, 2.5, height)


def _mirrored(ground: Surface) -> Array:
    """For each pixel of water the row as far above its far shore as the pixel is below it."""
    size = len(ground.z)
    rows = np.arange(size)[:, None] + np.zeros((1, size), dtype=int)
    water = (ground.height <= 0) & ~ground.sky
    shore = np.argmax(water, axis=0)[None, :]
    return np.clip(2 * shore - rows - 1, 0, size - 1)


def _sky(rng: np.random.Generator, place: Place, size: int) -> dict[str, Array]:
    """Clouds in perspective, with the light on them, the moon's disc and the stars."""
    x, y = grid(size)
    rise = np.clip(HORIZON - y, 0, None) + 0.11
    plane = noise.Plane(rng)
    u, v = 0.42 * (x - 0.5) / rise + 40, 0.36 / rise

    def density(shift: float) -> Array:
        warp = 0.25 * plane.smooth(u * 2 + 9, v * 2)
        return plane.fractal(u * 1.5 + warp + shift, v * 1.9 - shift, 6, 0.55)

    here = density(0.0)
    moon_x, moon_y, moon_radius = 0.5 + place.side * rng.uniform(-0.25, -0.1), rng.uniform(0.09, 0.14), 0.022
    moon = smoothstep(moon_radius, moon_radius - 0.003, np.hypot(x - moon_x, y - moon_y))
    stars = np.zeros((size, size), dtype=np.float32)
    spots = rng.random((260, 2)) * (1, HORIZON)
    stars[(spots[:, 1] * size).astype(int), (spots[:, 0] * size).astype(int)] = rng.random(260) ** 2.5
    return {
        "cloud": smoothstep(0.1, 1.0, here),
        "cloud_light": np.clip(0.6 + 0.8 * (here - density(-0.09)), 0, 1),
        "moon": moon,
        "stars": stars,
    }


def _build(rng: np.random.Generator, geometry: Geometry, place: Place) -> None:
    labels = {Part.WALL: Label.WALL, Part.ROOF: Label.ROOF, Part.WINDOW: Label.WINDOW}
    for _, faces in village(rng, place):
        for face in faces:
            _fill(geometry, face, labels[face.part])


def _fill(geometry: Geometry, face: Face, label: Label) -> None:
    size = len(geometry.label)
    column, row = project(face.corners[:, 0], face.corners[:, 1], face.corners[:, 2])
    rows, columns = polygon(row * size, column * size, (size, size))
    z = face.corners[:, 2].mean() - 3
    free = geometry.depth[rows, columns] > z - 15
    rows, columns = rows[free], columns[free]
    geometry.label[rows, columns] = label
    geometry.depth[rows, columns] = z
    geometry.light[rows, columns] = face.light
    geometry.up[rows, columns] = 1.0 if label is Label.ROOF else 0.0
    geometry.tone[rows, columns] = face.tone


def _plant(rng: np.random.Generator, geometry: Geometry, place: Place) -> None:
    """Trees where `_woods` lets them grow, the far ones first."""
    size = len(geometry.label)
    nursery = Nursery(rng)
    z = np.exp(rng.uniform(np.log(60), np.log(2400), SCATTERED)).astype(np.float32)
    x = (rng.uniform(-0.55, 0.55, SCATTERED) / FOCAL * z).astype(np.float32)
    ground = land_height(place, x, z)
    framing = smoothstep(0.30, 0.42, np.abs(x) / z * FOCAL) * 0.05
    likely = _woods(place, x, z, ground) * np.maximum(smoothstep(330, 800, z), framing)
    clear = np.hypot(x - place.village_x, (z - place.village_z) * 0.6) > 34
    clear &= np.abs(x - path_x(place, z)) > 5
    grows = (rng.random(SCATTERED) < likely) & clear
    leafy = (rng.random(SCATTERED) < smoothstep(60, 6, ground) * 0.75).astype(int)
    tall = np.where(leafy, rng.uniform(9, 15, SCATTERED), rng.uniform(11, 23, SCATTERED))
    form, tone = rng.integers(FORMS, size=SCATTERED), rng.normal(0, 1, SCATTERED)
    for i in sorted(np.flatnonzero(grows), key=lambda i: -z[i]):
        column, row = project(x[i], ground[i] - 0.3, z[i])
        pixels = FOCAL * tall[i] / z[i] * size
        _shadow(geometry, column * size, row * size, pixels, z[i])
        tree = nursery.tree(leafy[i], form[i], pixels)
        label = Label.BROADLEAF if leafy[i] else Label.CONIFER
        _stand(geometry, tree, round(column * size), round(row * size), z[i], label, tone[i])


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
    size = len(geometry.label)
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
