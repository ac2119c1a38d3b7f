"""The pictures that the page offers: those that ship with the package or lie in a checkout, and uploads."""

import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from nstbench.apps.making import as_jpeg
from nstbench.core.errors import InputError
from nstbench.images.demo import demo_pair
from nstbench.images.manifest import load_manifest
from nstbench.images.package_photographs import PACKAGED, photograph
from nstbench.images.reading import read_picture

THUMBNAIL_SIZE = 480
MOST_UPLOADED_BYTES = 50_000_000
# In a checkout, beside the package.
MANIFEST = Path(__file__).parents[3] / "data" / "images.yaml"
# What networks are trained on is no choice of people.
TRAINING = "training_"


@dataclass(frozen=True)
class Picture:
    """A picture that can be chosen.

    `name` is what commands call it: its path, or the name that an uploaded file had. One that is not
    `listed`, as a mask, is no choice in a gallery.
    """

    id: str
    title: str
    name: str
    file: Path
    listed: bool = True


class Library:
    """Pictures by id; uploads lie in a folder of their own.

    Parameters
    ----------
    folder
        Where uploads are kept.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.pictures = {id: Picture(id, title, str(file), file) for id, (title, file) in _shipped().items()}
        self._thumbnails: dict[str, bytes] = {}

    def __getitem__(self, id: str) -> Picture:
        if id not in self.pictures:
            raise InputError("this picture is no longer here; choose it again")
        return self.pictures[id]

    def add(self, name: str, content: bytes, listed: bool = True) -> Picture:
        """Keep an uploaded picture.

        Raises
        ------
        InputError
            If it is no picture that can be read.
        """
        name = re.sub(r"[^\w .()+-]", "_", Path(name).name).strip(". ")[-100:] or "picture"
        folder = Path(tempfile.mkdtemp(dir=self.folder))
        file = folder / name
        file.write_bytes(content)
        try:
            read_picture(file, THUMBNAIL_SIZE)
        except InputError as error:
            shutil.rmtree(folder)
            raise InputError(str(error).replace(f"{folder}/", "")) from error
        picture = Picture(folder.name, name, name, file, listed)
        self.pictures[picture.id] = picture
        return picture

    def thumbnail(self, id: str) -> bytes:
        """Give a small JPEG of a picture.

        Raises
        ------
        InputError
            If there is no such picture, or its file has been lost.
        """
        if id not in self._thumbnails:
            picture = read_picture(self[id].file, THUMBNAIL_SIZE)
            self._thumbnails[id] = as_jpeg(picture, THUMBNAIL_SIZE)
        return self._thumbnails[id]


def _shipped() -> dict[str, tuple[str, Path]]:
    """Titles and files of the pictures that are on this machine, by name."""
    if MANIFEST.is_file():
        manifest = load_manifest(MANIFEST)
        here = {name for name in manifest.root if manifest.available(name) == name}
        found = {name: (manifest[name].title, manifest.file(name)) for name in manifest.root if name in here}
    else:
        found = {}
        for name in PACKAGED:
            try:
                found[name] = (name.capitalize(), photograph(name))
            except InputError:  # Its package is not installed.
                continue
        found |= {file.stem: (file.stem.replace("_", " ").capitalize(), file) for file in demo_pair()}
    return {
        name: (title, file)
        for name, (title, file) in found.items()
        if file.is_file() and not name.startswith(TRAINING)
    }
