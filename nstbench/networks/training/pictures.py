"""Pictures to train on: those of a user's folders, or those that everybody has."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from PIL import Image

from nstbench.core.errors import InputError
from nstbench.images.package_photographs import PHOTOGRAPHS, photograph
from nstbench.images.reading import read_picture

SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}
# Only a checkout has this folder.
SCENES = Path(__file__).parents[3] / "data" / "pictures" / "training"


def picture_files(folders: Iterable[Path]) -> list[Path]:
    """The files of the pictures in folders and below.

    Parameters
    ----------
    folders
        To be searched.

    Returns
    -------
    list of Path
        Sorted within each folder.

    Raises
    ------
    InputError
        When a folder has none.
    """
    found: list[Path] = []
    for folder in map(Path, folders):
        files = sorted(file for file in folder.rglob("*") if file.suffix.lower() in SUFFIXES)
        if not files:
            allowed = ", ".join(sorted(SUFFIXES))
            raise InputError(f"no training pictures in {folder}; give a folder that holds {allowed} files")
        found += files
    return found


def pictures_in(folders: Iterable[Path]) -> Iterator[Image.Image]:
    """The pictures in folders and below, read one by one.

    Parameters
    ----------
    folders
        To be searched at once.

    Returns
    -------
    iterator of Image
        RGB; raises InputError at a picture that cannot be read.

    Raises
    ------
    InputError
        When a folder has none.
    """
    return map(read_picture, picture_files(folders))


def own_photographs() -> Iterator[Image.Image]:
    """Photographs for users who give none, read one by one.

    Yields
    ------
    Image
        Seven photographs of installed packages; in a checkout also two landscapes in three seasons and
        lights, which a program has drawn.
    """
    for name in PHOTOGRAPHS:
        yield read_picture(photograph(name))
    for file in sorted(SCENES.glob("*.png")):
        yield read_picture(file)
