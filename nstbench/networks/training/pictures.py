"""Pictures to train on: which there are, and their pixels when they are asked for."""

import logging
from collections import OrderedDict
from collections.abc import Iterable
from pathlib import Path
from threading import Lock

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from nstbench.core.errors import InputError
from nstbench.images.package_photographs import PHOTOGRAPHS, photograph
from nstbench.images.reading import read_picture, readable_suffixes

log = logging.getLogger(__name__)

# Pixels that decoded pictures are shrunk to, so that thousands of them fit into memory.
SHORT_SIDE = 288
# Of decoded pictures that are kept, about 3,000; what was not asked for lately is decoded anew.
KEPT_BYTES = 1_000_000_000
# Only a checkout has this folder.
SCENES = Path(__file__).parents[3] / "data" / "pictures" / "training"


def picture_files(given: Iterable[Path]) -> list[Path]:
    """The files of pictures that are given, and those in folders and below.

    Parameters
    ----------
    given
        Files and folders.

    Returns
    -------
    list of Path
        Sorted within each folder.

    Raises
    ------
    InputError
        When something does not exist, or a folder has none.
    """
    found: list[Path] = []
    suffixes = readable_suffixes()
    for path in map(Path, given):
        if not path.exists():
            raise InputError(f"{path} does not exist; give a folder of pictures, or a picture")
        if not path.is_dir():
            found.append(path)
            continue
        files = sorted(file for file in path.rglob("*") if file.suffix.lower() in suffixes)
        if not files:
            raise InputError(
                f"no training pictures in {path}; "
                f"give a folder that holds {', '.join(sorted(suffixes))} files"
            )
        found += files
    return found


def own_photographs() -> list[Path]:
    """Photographs for users who give none.

    Returns
    -------
    list of Path
        Seven photographs of installed packages; in a checkout also two landscapes in three seasons and
        lights, which a program has drawn.
    """
    return [*map(photograph, PHOTOGRAPHS), *sorted(SCENES.glob("*.png"))]


class DecodedPictures:
    """Pixels of picture files, decoded when they are asked for, and kept while there is room.

    Safe to be asked by several threads.
    """

    def __init__(self) -> None:
        self._kept: OrderedDict[Path, Tensor] = OrderedDict()
        self._bytes = 0
        self._unreadable: dict[Path, str] = {}
        self._lock = Lock()

    def read(self, file: Path) -> Tensor | None:
        """The pixels of a picture.

        Parameters
        ----------
        file
            Of any format that is read.

        Returns
        -------
        Tensor or None
            (3, H, W) of bytes, RGB, its short side at most SHORT_SIDE. None where the file cannot be read; a
            warning says so once.
        """
        with self._lock:
            if file in self._unreadable:
                return None
            if file in self._kept:
                self._kept.move_to_end(file)
                return self._kept[file]
        try:
            pixels = _shrunk(read_picture(file, at_least=SHORT_SIDE))
        except InputError as error:
            with self._lock:
                self._unreadable[file] = str(error)
                log.warning("skipped %s (%d unreadable so far)", error, len(self._unreadable))
            return None
        with self._lock:
            if file not in self._kept:
                self._kept[file] = pixels
                self._bytes += pixels.nbytes
            while self._bytes > KEPT_BYTES and len(self._kept) > 1:
                self._bytes -= self._kept.popitem(last=False)[1].nbytes
        return pixels

    def any_of(self, files: list[Path], random: np.random.Generator) -> Tensor:
        """The pixels of one of several pictures.

        Parameters
        ----------
        files
            Of pictures. Those that cannot be read are skipped.
        random
            Decides which.

        Returns
        -------
        Tensor
            As of `read`.

        Raises
        ------
        InputError
            When none of them can be read.
        """
        while True:
            if (pixels := self.read(files[random.integers(len(files))])) is not None:
                return pixels
            if all(file in self._unreadable for file in files):
                raise InputError(
                    f"none of the {len(files)} pictures to train on can be read; "
                    f"the first: {self._unreadable[files[0]]}"
                )


def _shrunk(picture: Image.Image) -> Tensor:
    factor = SHORT_SIDE / min(picture.size)
    if factor < 1:
        size = (round(picture.width * factor), round(picture.height * factor))
        picture = picture.resize(size, Image.Resampling.BICUBIC)
    return torch.from_numpy(np.array(picture)).permute(2, 0, 1).contiguous()
