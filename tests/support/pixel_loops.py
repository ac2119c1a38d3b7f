"""Neighbourhoods of pixels compared one by one, for methods that compare many at once."""

import numpy as np

from nstbench.methods.wei2000 import neighbourhoods


def search_exactly(monkeypatch):
    """All directions count, and nothing but the nearest is found."""
    monkeypatch.setattr(neighbourhoods, "DIRECTIONS", 10_000)
    monkeypatch.setattr(neighbourhoods, "SLACK", 0.0)


def quietly(done, distance):
    """Nobody watches."""


def noise(random, *shape):
    return random.random(shape, np.float32)


def at(picture, row, column):
    """The pixel there, or the nearest one of the border."""
    height, width, _ = picture.shape
    return picture[min(max(row, 0), height - 1), min(max(column, 0), width - 1)].astype(float)


def gaussian(offsets, reach):
    weights = {o: np.exp(-(o[0] ** 2 + o[1] ** 2) / (2 * max(reach / 2, 0.5) ** 2)) for o in offsets}
    return {offset: weight / sum(weights.values()) for offset, weight in weights.items()}


def around(reach):
    return [(y, x) for y in range(-reach, reach + 1) for x in range(-reach, reach + 1)]


def before(reach):
    return [offset for offset in around(reach) if offset[0] < 0 or (offset[0] == 0 and offset[1] < 0)]


def distance(one, here, other, there, offsets, reach):
    """The weighted sum of squared differences of two neighbourhoods, pixel by pixel."""
    return sum(
        weight * ((at(one, here[0] + y, here[1] + x) - at(other, there[0] + y, there[1] + x)) ** 2).sum()
        for (y, x), weight in gaussian(offsets, reach).items()
    )


def places(picture):
    return list(np.ndindex(picture.shape[:2]))
