"""Photographs to train on when the user gives none: those of installed packages, and scenes in data/."""

from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from nstbench.images.package_photographs import PHOTOGRAPHS, photograph
from nstbench.images.pictures import read_picture

# Only a checkout has this folder.
SCENES = Path(__file__).parents[3] / "data" / "pictures" / "training"


def own_photographs() -> Iterator[Image.Image]:
    """Seven photographs; in a checkout also two landscapes in three seasons and lights, one by one."""
    for name in PHOTOGRAPHS:
        yield read_picture(photograph(name))
    for file in sorted(SCENES.glob("*.png")):
        yield read_picture(file)
