"""Photographs to train on when there are no others: those of installed packages, and scenes that we paint."""

from collections.abc import Iterator

from PIL import Image

from nstbench.images.package_photographs import PHOTOGRAPHS, photograph
from nstbench.images.painted import paint
from nstbench.images.pictures import read_picture
from nstbench.networks.training.crops import SHORT_SIDE

SCENES = (20, 21)
SEASONS_AND_LIGHTS = (("summer", "day"), ("winter", "day"), ("summer", "night"))


def own_photographs() -> Iterator[Image.Image]:
    """Seven photographs, and two landscapes in three seasons and lights, one by one."""
    for name in PHOTOGRAPHS:
        yield read_picture(photograph(name))
    for seed in SCENES:
        for season, light in SEASONS_AND_LIGHTS:
            yield Image.fromarray(paint("scene", seed, SHORT_SIDE, season=season, light=light))
