"""Pictures of a descent on its way, kept as files so that an interrupted run does not lose them."""

import shutil
from collections import deque
from collections.abc import Sequence
from pathlib import Path

from torch import Tensor

from nstbench.images.pictures import save_picture
from nstbench.images.tensors import to_picture


class Snapshots:
    """Called along a descent, keeps what it has reached after each of the evaluations `at` as a PNG file.

    `at` rises. Evaluations within one iteration get the image at its end. A file that is there already, from
    an attempt that was interrupted, stays.

    Parameters
    ----------
    folder
        Of the PNG files; it is made when the first one is written.
    at
        Numbers of evaluations, rising from 1.
    """

    def __init__(self, folder: Path, at: Sequence[int]) -> None:
        self.folder = folder
        self.files = {number: folder / f"{number:05d}.png" for number in at}
        self._pending = deque(self.files)

    def __call__(self, done: int, image: Tensor) -> None:
        """Keep an image (1, 3, H, W) that was reached with `done` evaluations, if one is due."""
        while self._pending and self._pending[0] <= done:
            file = self.files[self._pending.popleft()]
            if not file.exists():
                save_picture(to_picture(image), file)

    def copy_to(self, folder: Path) -> None:
        """Copy the files.

        Parameters
        ----------
        folder : Path
            Made unless there is nothing to copy.
        """
        for file in self.files.values():
            folder.mkdir(exist_ok=True)
            shutil.copy(file, folder)

    def remove(self) -> None:
        """Delete the folder with its files, if it is there."""
        shutil.rmtree(self.folder, ignore_errors=True)
