"""Season and light: the colours of a scene whose geometry is already drawn."""

import numpy as np
import scipy

from painting.canvas import Array, grid, over, smoothstep
from painting.colour import ramp, rgb
from painting.layers import Geometry, Label
from painting.seasons import LIGHTS, SEASONS, SNOW, Light, Season
from painting.terrain import HORIZON

HAZE_LENGTH = 6800.0


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
    stars = geometry.stars + 0.35 * scipy.ndimage.gaussian_filter(geometry.stars, 1.0) * 6
    sky = sky + lamp.night * stars[..., None] * rgb("fff4dd")
    sky = over(sky, ramp(lamp.cloud, geometry.cloud_light), 0.92 * geometry.cloud)
    halo = np.exp(-((geometry.moon / 2.2) ** 2)) + 0.5 * np.exp(-geometry.moon / 4)
    sky = sky + lamp.night * 0.7 * halo[..., None] * rgb("8fa8d0")
    return over(sky, rgb("fbf3d6"), lamp.night * smoothstep(1.0, 0.88, geometry.moon))


def _albedo(geometry: Geometry, year: Season) -> Array:
    tone, label = geometry.tone, geometry.label
    albedo = _land(geometry, year)
    blooming = (geometry.bloom > 0) & (label == Label.LAND)
    albedo[blooming] = year.flowers[geometry.bloom[blooming] - 1]
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
    colour = over(
        colour, ramp(year.rock, 0.47 + 0.24 * tone + 0.12 * geometry.grain), np.maximum(steep, high)
    )
    lying = smoothstep(year.snow_line - 60, year.snow_line + 60, height + 45 * tone)
    lying = lying * smoothstep(0.52, 0.68, geometry.up + 0.05 * tone) * (1 - 0.75 * geometry.woods)
    return over(colour, SNOW, 0.95 * lying * smoothstep(500, 1500, geometry.depth))


def _water(geometry: Geometry, year: Season, lamp: Light, picture: Array) -> Array:
    """The far shore mirrored in ripples in summer, dulled by ice and blown snow in winter."""
    size = len(picture)
    ripple = scipy.ndimage.gaussian_filter(geometry.tone, (0, 6))
    rows = np.clip(geometry.mirrored + (0.008 * size * ripple).astype(int), 0, size - 1)
    columns = np.clip(np.arange(size) + (0.002 * size * geometry.tone).astype(int), 0, size - 1)
    mirrored = scipy.ndimage.gaussian_filter(picture, (1.5, 0.8, 0))[rows, columns]
    deep = lamp.haze * 0.4
    water = over(mirrored * 0.86, deep, np.full(rows.shape, 0.15, dtype=np.float32))
    ice = rgb("b4c6d6") * (0.75 * lamp.sun + lamp.ambient)
    blown = smoothstep(-0.2, 0.8, geometry.tone)
    frozen = over(0.55 * mirrored + 0.45 * ice, SNOW * (0.75 * lamp.sun + lamp.ambient), 0.75 * blown)
    water = over(water, frozen, np.full(rows.shape, year.ice, dtype=np.float32))
    beam = np.exp(-((geometry.moon.min(axis=0) / 0.9) ** 2))
    glitter = beam * smoothstep(0.2, 1.4, ripple)
    shining: Array = water + lamp.night * 0.8 * glitter[..., None] * rgb("f4ecd0")
    return shining


def _glowing(geometry: Geometry, lamp: Light, picture: Array) -> Array:
    """Lamplight that spreads from the windows."""
    lit = (geometry.label == Label.WINDOW).astype(np.float32)
    spread = sum(scipy.ndimage.gaussian_filter(lit, part * len(lit)) for part in (0.004, 0.015))
    return picture + lamp.glow * np.asarray(spread)[..., None] * rgb("ff9d3c")
