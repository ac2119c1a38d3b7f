"""Season and light: the colours of a scene whose geometry is already drawn."""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from nstbench.images.painted.canvas import Array, grid, over, smoothstep
from nstbench.images.painted.colour import ramp, rgb
from nstbench.images.painted.geometry import Geometry, Label
from nstbench.images.painted.terrain import HORIZON

HAZE_LENGTH = 5200.0


@dataclass(frozen=True)
class Season:
    """Colours of things under white light; ramps go from dark to light."""

    meadow: Array
    path: Array
    woods: Array
    rock: Array
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
        rock=rgb("4c4a4a", "77716b", "a79f94"),
        conifer=rgb("08130d", "16301b", "2c5028", "547a3a"),
        leaves=rgb("10190a", "2a3f16", "4d6725", "7f8f3c"),
        wall=rgb("c9b48f", "e8dcc4", "f2ebdc"),
        roof=rgb("7a3426", "9c4a32", "6b4334"),
        snow=0.0,
        snow_line=430.0,
        ice=0.0,
    ),
    "winter": Season(
        meadow=rgb("b9c4d4", "d3dce8", "e4ebf4", "eff4fa", "f6f9fd"),
        path=rgb("a9a49c", "c4c1bd", "d9dadb"),
        woods=rgb("2a3638", "4a5759", "8b989f"),
        rock=rgb("45464a", "6c6c70", "9a9a9e"),
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
        sun=np.array([0.72, 0.66, 0.58]),
        ambient=np.array([0.42, 0.47, 0.56]),
        haze=rgb("ccd6e2"),
        window=rgb("46525e"),
        glow=0.0,
        night=0.0,
    ),
    ("summer", "night"): Light(
        sky=rgb("050a1e", "0a1636", "12264f", "24406c"),
        cloud=rgb("0c1630", "1d2f52", "566e96"),
        sun=np.array([0.24, 0.32, 0.48]),
        ambient=np.array([0.07, 0.10, 0.19]),
        haze=rgb("1a3054"),
        window=rgb("ffc35a"),
        glow=0.9,
        night=1.0,
    ),
    ("winter", "night"): Light(
        sky=rgb("070d24", "0e1d40", "1b3159", "34507a"),
        cloud=rgb("121d38", "26385c", "66799c"),
        sun=np.array([0.20, 0.26, 0.38]),
        ambient=np.array([0.06, 0.085, 0.15]),
        haze=rgb("263d62"),
        window=rgb("ffc35a"),
        glow=0.9,
        night=1.0,
    ),
}


def render(geometry: Geometry, season: str, light: str) -> Array:
    """The scene in a season and a light, (S, S, 3) in about [0, 1]."""
    year, lamp = SEASONS[season], LIGHTS[season, light]
    sky = _sky(geometry, lamp)
    lit = _albedo(geometry, year) * (geometry.light[..., None] * lamp.sun + lamp.ambient)
    haze = 1 - np.exp(-np.minimum(geometry.depth, 1e5) / HAZE_LENGTH)
    picture = over(lit, lamp.haze, 0.9 * haze)
    picture = over(picture, sky, (geometry.label == Label.SKY).astype(np.float32))
    picture = over(picture, lamp.window, (geometry.label == Label.WINDOW).astype(np.float32))
    water = _water(geometry, year, lamp, picture)
    picture = over(picture, water, (geometry.label == Label.WATER).astype(np.float32))
    return _glowing(geometry, lamp, picture)


def _sky(geometry: Geometry, lamp: Light) -> Array:
    _, y = grid(len(geometry.label))
    sky = ramp(lamp.sky, (y / HORIZON) ** 1.15)
    stars = geometry.stars + 0.35 * ndimage.gaussian_filter(geometry.stars, 1.0) * 6
    sky = sky + lamp.night * stars[..., None] * rgb("fff4dd")
    sky = over(sky, ramp(lamp.cloud, geometry.cloud_light), 0.92 * geometry.cloud)
    halo = ndimage.gaussian_filter(geometry.moon, 0.03 * len(sky)) + 0.5 * ndimage.gaussian_filter(
        geometry.moon, 0.09 * len(sky)
    )
    sky = sky + lamp.night * halo[..., None] * rgb("8fa8d0")
    return over(sky, rgb("fbf3d6"), lamp.night * geometry.moon)


def _albedo(geometry: Geometry, year: Season) -> Array:
    tone, label = geometry.tone, geometry.label
    albedo = _land(geometry, year)
    shade = geometry.light + 0.08 * geometry.grain
    variant = 0.5 + 0.3 * tone
    painted = {
        Label.PATH: ramp(year.path, 0.5 + 0.25 * tone),
        Label.CONIFER: ramp(year.conifer, 0.9 * shade + 0.1 * tone),
        Label.BROADLEAF: ramp(year.leaves, 0.9 * shade + 0.12 * tone),
        Label.WALL: ramp(year.wall, tone) * (1 + 0.03 * geometry.grain)[..., None],
        Label.ROOF: ramp(year.roof, variant) * (1 + 0.10 * geometry.grain)[..., None],
    }
    for kind, colour in painted.items():
        albedo = np.where((label == kind)[..., None], colour, albedo)
    bearing = (label == Label.CONIFER) | (label == Label.ROOF) | (label == Label.BROADLEAF)
    return over(albedo, SNOW, year.snow * 0.92 * geometry.up * bearing)


def _land(geometry: Geometry, year: Season) -> Array:
    """Meadow, woods and rock by height and slope, and snow above its line."""
    tone, height = geometry.tone, geometry.height
    colour = ramp(year.meadow, 0.5 + 0.2 * tone)
    woods = ramp(year.woods, 0.45 + 0.25 * geometry.grain)
    colour = over(colour, woods, geometry.woods)
    steep = smoothstep(0.86, 0.70, geometry.up + 0.04 * tone)
    high = smoothstep(280, 420, height + 40 * tone)
    colour = over(colour, ramp(year.rock, 0.5 + 0.22 * tone + 0.1 * geometry.grain), np.maximum(steep, high))
    lying = smoothstep(year.snow_line - 60, year.snow_line + 60, height + 45 * tone)
    lying = lying * smoothstep(0.52, 0.68, geometry.up + 0.05 * tone) * (1 - 0.75 * geometry.woods)
    return over(colour, SNOW, 0.95 * lying * smoothstep(500, 1500, geometry.depth))


def _water(geometry: Geometry, year: Season, lamp: Light, picture: Array) -> Array:
    """The far shore mirrored in ripples in summer, dulled by ice and blown snow in winter."""
    size = len(picture)
    ripple = ndimage.gaussian_filter(geometry.tone, (0, 6))
    rows = np.clip(geometry.mirrored + (0.008 * size * ripple).astype(int), 0, size - 1)
    columns = np.clip(np.arange(size) + (0.002 * size * geometry.tone).astype(int), 0, size - 1)
    mirrored = ndimage.gaussian_filter(picture, (1.5, 0.8, 0))[rows, columns]
    deep = lamp.haze * 0.4
    water = over(mirrored * 0.86, deep, np.full(rows.shape, 0.15, dtype=np.float32))
    ice = rgb("b4c6d6") * (0.75 * lamp.sun + lamp.ambient)
    blown = smoothstep(-0.2, 0.8, geometry.tone)
    frozen = over(0.55 * mirrored + 0.45 * ice, SNOW * (0.75 * lamp.sun + lamp.ambient), 0.75 * blown)
    water = over(water, frozen, np.full(rows.shape, year.ice, dtype=np.float32))
    glitter = ndimage.gaussian_filter(geometry.moon.max(axis=0), 0.012 * size)[None, :] * smoothstep(0.2, 1.4, ripple)
    return water + lamp.night * 0.8 * glitter[..., None] * rgb("f4ecd0")


def _glowing(geometry: Geometry, lamp: Light, picture: Array) -> Array:
    """Lamplight that spreads from the windows."""
    lit = (geometry.label == Label.WINDOW).astype(np.float32)
    spread = sum(ndimage.gaussian_filter(lit, part * len(lit)) for part in (0.004, 0.012, 0.03))
    return picture + lamp.glow * np.asarray(spread)[..., None] * rgb("ff9d3c")
