"""The palettes of a scene: what season does to things, and what light does to seasons."""

from dataclasses import dataclass

import numpy as np

from painting.canvas import Array
from painting.colour import rgb


@dataclass(frozen=True)
class Season:
    """Colours of things under white light; ramps go from dark to light."""

    meadow: Array
    path: Array
    woods: Array
    rock: Array
    flowers: Array
    conifer: Array
    leaves: Array
    wall: Array
    roof: Array
    snow: float
    snow_line: float
    ice: float


@dataclass(frozen=True)
class Light:
    """The sky, zenith to horizon, and the colours of direct and scattered light."""

    sky: Array
    cloud: Array
    sun: Array
    ambient: Array
    haze: Array
    window: Array
    glow: float
    night: float


SNOW = rgb("eef3fa")
SEASONS = {
    "summer": Season(
        meadow=rgb("31421a", "4f6b22", "6f8a2e", "96a345", "b9b866"),
        path=rgb("8a7350", "b49a6e", "cdb78e"),
        woods=rgb("14281a", "23401f", "3a5a2a"),
        rock=rgb("3b3836", "6a625b", "98908a", "b9b0a4"),
        flowers=rgb("f2f0e6", "e8c63a", "c2567e"),
        conifer=rgb("08130d", "16301b", "2c5028", "547a3a"),
        leaves=rgb("10190a", "2a3f16", "4d6725", "7f8f3c"),
        wall=rgb("c9b48f", "e8dcc4", "f2ebdc"),
        roof=rgb("7a3426", "9c4a32", "6b4334"),
        snow=0.0,
        snow_line=520.0,
        ice=0.0,
    ),
    "winter": Season(
        meadow=rgb("8f9db6", "bcc8da", "dfe7f1", "f1f5fa", "ffffff"),
        path=rgb("a9a49c", "c4c1bd", "d9dadb"),
        woods=rgb("2a3638", "4a5759", "8b989f"),
        rock=rgb("36373b", "5f5f64", "8e8e93", "adadb2"),
        flowers=rgb("b9ad95", "a89a7c", "c9c0ae"),
        conifer=rgb("0d1614", "1d2f2b", "36504a", "5c7670"),
        leaves=rgb("4a4543", "766d68", "a59d98", "d4d2d2"),
        wall=rgb("bda98a", "d9cbb2", "e6ddcd"),
        roof=rgb("6e3b30", "85503f", "5f4238"),
        snow=1.0,
        snow_line=-100.0,
        ice=1.0,
    ),
}
LIGHTS = {
    ("summer", "day"): Light(
        sky=rgb("2f6fb8", "5b97d2", "94bfe2", "cfe0ea"),
        cloud=rgb("9fb0c4", "d4dde6", "ffffff"),
        sun=np.array([1.02, 0.95, 0.80]),
        ambient=np.array([0.34, 0.40, 0.50]),
        haze=rgb("b4cbe0"),
        window=rgb("3b4a58"),
        glow=0.0,
        night=0.0,
    ),
    ("winter", "day"): Light(
        sky=rgb("7fa3c6", "a3bdd6", "c5d3e1", "e6e6e6"),
        cloud=rgb("b3bcc8", "d8dde3", "f7f6f4"),
        sun=np.array([0.84, 0.76, 0.64]),
        ambient=np.array([0.36, 0.42, 0.54]),
        haze=rgb("ccd6e2"),
        window=rgb("46525e"),
        glow=0.0,
        night=0.0,
    ),
    ("summer", "night"): Light(
        sky=rgb("050a1e", "0a1636", "12264f", "24406c"),
        cloud=rgb("0c1630", "1d2f52", "566e96"),
        sun=np.array([0.38, 0.49, 0.68]),
        ambient=np.array([0.12, 0.16, 0.29]),
        haze=rgb("1a3054"),
        window=rgb("ffc35a"),
        glow=0.9,
        night=1.0,
    ),
    ("winter", "night"): Light(
        sky=rgb("070d24", "0e1d40", "1b3159", "34507a"),
        cloud=rgb("121d38", "26385c", "66799c"),
        sun=np.array([0.26, 0.33, 0.47]),
        ambient=np.array([0.06, 0.085, 0.15]),
        haze=rgb("263d62"),
        window=rgb("ffc35a"),
        glow=0.9,
        night=1.0,
    ),
}
