"""The layers of a scene: a map of labels, and maps of form and texture."""

from dataclasses import dataclass
from enum import IntEnum

from painting.canvas import Array


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
    snow), `woods` (far forest), `cloud`, `cloud_light` and `stars` are in [0, 1]; `tone` and `grain` are
    textures of about unit spread; `moon` is the distance from the moon's centre in its radii; `bloom` numbers
    the kinds of flower from 1, and 0 is none; `mirrored` is the row that each pixel of water reflects.
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
    bloom: Array
    mirrored: Array
