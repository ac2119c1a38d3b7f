"""A valley with a lake under mountains: its heights, and what of it a camera on the meadow sees.

Lengths are metres; x is to the right, z away from the camera, and the lake's surface is at height 0.
"""

from dataclasses import dataclass

import numpy as np

from painting.canvas import Array, smoothstep
from painting.noise import Plane

EYE = 31.0
HORIZON = 0.43  # the row of the horizon, from the top
FOCAL = 1.1  # the focal length, in picture sides
NEAREST, FARTHEST, STEPS = 5.0, 9000.0, 640
TO_SUN = np.array([-0.66, 0.56, -0.50])


@dataclass(frozen=True)
class Place:
    """The lie of the land that a seed chooses; `side` is +1 where the village is at the right."""

    side: float
    lake_x: float
    lake_z: float
    village_x: float
    village_z: float
    hills: Plane
    peaks: Plane
    woods: Plane


def choose_place(rng: np.random.Generator) -> Place:
    """A valley drawn from `rng`."""
    side = float(rng.choice([-1.0, 1.0]))
    village_z = rng.uniform(150, 175)
    return Place(
        side=side,
        lake_x=-side * rng.uniform(70, 130),
        lake_z=rng.uniform(405, 440),
        village_x=side * village_z * rng.uniform(0.20, 0.26),
        village_z=village_z,
        hills=Plane(rng),
        peaks=Plane(rng),
        woods=Plane(rng),
    )


def land_height(place: Place, x: Array, z: Array) -> Array:
    """The height of the ground at (x, z); the bottom of the lake is below 0."""
    basin = ((x - place.lake_x) / 330) ** 2 + ((z - place.lake_z) / 320) ** 2 - 1
    basin = basin + 0.35 * smoothstep(60, 320, z) * place.hills.fractal(x / 170, z / 170, 3)
    village = np.exp(-(((x - place.village_x) / 60) ** 2) - ((z - place.village_z) / 60) ** 2)
    basin = basin + 0.35 * village
    gentle = 26 * np.sign(basin) * np.log1p(np.abs(basin))
    rolling = place.hills.fractal(x / 48, z / 48, 3) * np.clip(basin, 0, 1) * 1.2
    walls = smoothstep(0.16, 0.75, np.abs(x) / z) * np.clip((z - 350) / 900, 0, 1) * 190
    crests = place.peaks.fractal(x / 1900, z / 1900, 7, 0.42, ridged=True)
    massif = smoothstep(1300, 5200, z) * np.clip(crests + 0.15, 0, None) * 1150
    foothills = smoothstep(750, 2000, z) * (0.6 + place.hills.fractal(x / 420, z / 420, 6)) * 85
    height: Array = gentle + rolling + walls + np.clip(foothills, 0, None) + massif
    return height


def path_x(place: Place, z: Array) -> Array:
    """Where the path to the village runs, at each distance z."""
    progress = np.clip(z / place.village_z, 0, 1)
    bend = 9 * np.sin(1.5 * np.pi * progress) * (1 - progress)
    return place.village_x * progress**1.3 - place.side * bend


@dataclass(frozen=True)
class Surface:
    """The visible ground, each (S, S): world coordinates, height, light in [0, 1], and its upward normal."""

    x: Array
    z: Array
    height: Array
    light: Array
    up: Array
    sky: Array


def visible_surface(place: Place, size: int) -> Surface:
    """Cast one ray for every pixel: the first ground that rises to it, going away from the camera."""
    distance = np.geomspace(NEAREST, FARTHEST, STEPS, dtype=np.float32)[:, None]
    columns = ((np.arange(size, dtype=np.float32) + 0.5) / size - 0.5) / FOCAL
    ground = land_height(place, columns * distance, distance + 0 * columns)
    light, up = _shading(ground, columns, distance)
    rise = FOCAL * (np.maximum(ground, 0) - EYE) / distance
    step, part, sky = _first_hits(rise, size)
    column = np.arange(size)

    def seen(field: Array) -> Array:
        values: Array = (field[step - 1, column] * (1 - part) + field[step, column] * part).astype(np.float32)
        return values

    z = seen(np.broadcast_to(distance, ground.shape))
    return Surface(columns * z, z, seen(ground), seen(light), seen(up), sky)


def _first_hits(rise: Array, size: int) -> tuple[Array, Array, Array]:
    """For each pixel the first step that rises to it, the part of the way there, and if there is none."""
    wanted = HORIZON - (np.arange(size) + 0.5) / size
    skyline = np.maximum.accumulate(rise, axis=0)
    step = np.stack([np.searchsorted(line, wanted) for line in skyline.T], axis=1)
    sky = step >= STEPS
    step = np.clip(step, 1, STEPS - 1)
    column = np.arange(size)
    before, after = rise[step - 1, column], rise[step, column]
    part = np.clip((wanted[:, None] - before) / np.maximum(after - before, 1e-6), 0, 1)
    return step, part, sky


def _shading(ground: Array, columns: Array, distance: Array) -> tuple[Array, Array]:
    """The sunlight on the ground and the upward part of its normal, on the grid of the rays."""
    across = np.gradient(ground, axis=1) / (np.gradient(columns)[None, :] * distance)
    along = np.gradient(ground, axis=0) / np.gradient(distance, axis=0) - across * columns
    length = np.sqrt(across**2 + along**2 + 1)
    sun = TO_SUN / np.linalg.norm(TO_SUN)
    light = (-across * sun[0] + sun[1] - along * sun[2]) / length
    return np.clip(light, 0, 1), 1 / length


def project(x: Array, height: Array, z: Array) -> tuple[Array, Array]:
    """Column and row, in picture sides, of points in the world."""
    return 0.5 + FOCAL * x / z, HORIZON - FOCAL * (height - EYE) / z
