"""Gabled houses and a church: flat faces in the world, ready to be projected."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from painting.canvas import Array
from painting.terrain import TO_SUN, Place, land_height


class Part(IntEnum):
    """What a face of a house is."""

    WALL = 0
    ROOF = 1
    WINDOW = 2


@dataclass(frozen=True)
class Face:
    """A flat polygon (N, 3) of x, height and z, its light in [0, 1] and its own shade of colour."""

    part: Part
    corners: Array
    light: float
    tone: float


def village(rng: np.random.Generator, place: Place) -> list[tuple[float, list[Face]]]:
    """The houses about the church, each as its distance and its visible faces, far ones first."""
    sites = [(0.0, 12.0, True)]
    for number in range(9):
        turn = 2.4 * number + rng.uniform(-0.3, 0.3)
        reach = 13 + 5.0 * np.sqrt(number * 4)
        sites.append((reach * np.cos(turn) * 1.3, reach * np.sin(turn), False))
    built = []
    for dx, dz, church in sites:
        x, z = place.village_x + dx, place.village_z + dz
        ground = float(land_height(place, np.array([x]), np.array([z]))[0])
        if ground > 0.8:
            make = _church if church else _house
            built.append((z, make(rng, np.array([x, ground - 0.4, z]))))
    return sorted(built, key=lambda item: -item[0])


def _house(rng: np.random.Generator, foot: Array) -> list[Face]:
    size = rng.uniform((4.0, 3.2, 5.5), (5.5, 4.4, 8.0))
    return _gabled(rng, foot, size, rise=rng.uniform(0.8, 1.0), turn=rng.uniform(-0.9, 0.9))


def _church(rng: np.random.Generator, foot: Array) -> list[Face]:
    turn = rng.uniform(0.35, 0.6) * rng.choice([-1, 1])
    nave = _gabled(rng, foot, np.array([5.0, 7.5, 11.0]), rise=1.1, turn=turn)
    front = foot + _turned(np.array([[0.0, 0.0, -12.0]]), turn)[0]
    tower = _gabled(rng, front, np.array([2.6, 15.0, 2.6]), rise=3.6, turn=turn, pointed=True)
    return nave + tower


def _turned(points: Array, turn: float) -> Array:
    cos, sin = np.cos(turn), np.sin(turn)
    return np.stack(
        [cos * points[:, 0] - sin * points[:, 2], points[:, 1], sin * points[:, 0] + cos * points[:, 2]],
        axis=1,
    )


def _gabled(
    rng: np.random.Generator, foot: Array, size: Array, rise: float, turn: float, pointed: bool = False
) -> list[Face]:
    """A box of half width, height and half length `size` under a gabled roof or a spire."""
    w, h, d = size
    ridge = h + rise * w
    end = 0.0 if pointed else d * 1.06
    eave, low = w * 1.12, h - 0.12 * rise * w
    sides = [
        np.array([[-w, 0, s * d], [w, 0, s * d], [w, h, s * d], [0, ridge, s * end], [-w, h, s * d]])
        for s in (-1, 1)
    ]
    sides += [np.array([[s * w, 0, -d], [s * w, 0, d], [s * w, h, d], [s * w, h, -d]]) for s in (-1, 1)]
    slopes = [
        np.array([[s * eave, low, -d * 1.06], [s * eave, low, d * 1.06], [0, ridge, end], [0, ridge, -end]])
        for s in (-1, 1)
    ]
    if pointed:
        sides[:2] = [side[[0, 1, 2, 4]] for side in sides[:2]]
        slopes += [np.array([[-eave, low, s * d], [eave, low, s * d], [0, ridge, 0]]) for s in (-1, 1)]
    tones = rng.uniform(0, 1, 2)
    parts = [(Part.WALL, side, tones[0]) for side in sides]
    parts += [(Part.WINDOW, pane, 0.0) for side in sides for pane in _windows(side, pointed)]
    parts += [(Part.ROOF, slope, tones[1]) for slope in slopes]
    return [face for part, shape, tone in parts for face in _facing(part, shape, foot, turn, float(tone))]


def _windows(side: Array, pointed: bool) -> list[Array]:
    """Window panes on a wall whose first edge is its foot."""
    foot, across = side[0], side[1] - side[0]
    up = np.array([0.0, 1.0, 0.0])
    length, tall = np.linalg.norm(across), side[2, 1]
    count = 1 if pointed else max(2, int(length / 4.5))
    high = 0.72 if pointed else 0.42
    panes = []
    for number in range(count):
        middle = foot + across * (number + 0.5) / count + up * tall * high
        half, rise = across / length * 0.75, up * min(1.1, 0.24 * tall)
        panes.append(
            np.array([middle - half - rise, middle + half - rise, middle + half + rise, middle - half + rise])
        )
    return panes


def _facing(part: Part, shape: Array, foot: Array, turn: float, tone: float) -> list[Face]:
    """The face in the world, if it looks at the camera."""
    corners = foot + _turned(shape, turn)
    normal = np.cross(corners[1] - corners[0], corners[2] - corners[0])
    centre = corners.mean(axis=0)
    outward = centre - (foot + np.array([0.0, 0.3 * shape[:, 1].max(), 0.0]))
    normal = normal * np.sign(normal @ outward) / np.linalg.norm(normal)
    if normal @ centre >= 0 and part is not Part.ROOF:
        return []
    light = float(np.clip(normal @ TO_SUN / np.linalg.norm(TO_SUN), 0, 1))
    return [Face(part, corners, light, tone)]
