"""What stands where in a scene, drawn from the seed alone: season and light come later."""

import numpy as np
from skimage.draw import polygon

from painting import noise
from painting.canvas import Array, smoothstep
from painting.houses import Face, Part, village
from painting.layers import Geometry, Label
from painting.planting import plant, sow, woods
from painting.skies import draw_sky
from painting.terrain import Place, Surface, choose_place, path_x, project, visible_surface

HOUSE_LABELS = {Part.WALL: Label.WALL, Part.ROOF: Label.ROOF, Part.WINDOW: Label.WINDOW}


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
        woods=woods(place, ground.x, ground.z, ground.height) * smoothstep(700, 1300, ground.z),
        bloom=sow(texture_rng, place, size),
        mirrored=_mirrored(ground),
        **draw_sky(sky_rng, -place.side, size),
    )
    _build(house_rng, geometry, place)
    plant(tree_rng, geometry, place)
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
    size, seen = len(ground.z), ~ground.sky
    x, z = ground.x[seen], ground.z[seen]
    patches = np.zeros_like(z)
    for length in (90.0, 30.0, 9.0, 3.0, 1.0):
        resolved = np.clip(length / (0.012 * z), 0, 1) * np.clip(z / (8 * length), 0.3, 1)
        patches += 0.45 * resolved * place.hills.smooth(x / length + 31, z / length)
    tone = np.zeros_like(ground.z)
    tone[seen] = patches
    close = smoothstep(140, 15, ground.z)
    tufts = noise.fractal(rng, size, (size // 24, size // 8), 3, 1.0)
    lying = noise.fractal(rng, size, (size // 8, size // 24), 3, 0.8)
    return tone + 0.9 * close * tufts + 0.4 * (1 - close) * lying


def _mirrored(ground: Surface) -> Array:
    """For each pixel of water the row as far above its far shore as the pixel is below it."""
    size = len(ground.z)
    rows = np.arange(size)[:, None] + np.zeros((1, size), dtype=int)
    water = (ground.height <= 0) & ~ground.sky
    shore = np.argmax(water, axis=0)[None, :]
    rows_above: Array = np.clip(2 * shore - rows - 1, 0, size - 1)
    return rows_above


def _build(rng: np.random.Generator, geometry: Geometry, place: Place) -> None:
    for _, faces in village(rng, place):
        for face in faces:
            _fill(geometry, face, HOUSE_LABELS[face.part])


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
