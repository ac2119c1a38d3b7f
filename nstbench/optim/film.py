"""A video of a descent, a frame an evaluation."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

from PIL import Image

from nstbench.images.video import Frame, check_video, write_frames
from nstbench.optim.snapshots import Snapshots

FRAMES_PER_SECOND = 25


@contextmanager
def filmed(evaluations: int, path: Path) -> Iterator[Snapshots]:
    """Make a video of a descent, a frame an evaluation, 25 a second.

    Parameters
    ----------
    evaluations : int
        The descent's budget.
    path : Path
        The video (.gif, .webp, .mp4, .mov, .mkv, .webm), written when the block ends.

    Yields
    ------
    Snapshots
        What the descent has to show its way to.

    Raises
    ------
    InputError
        If `path` cannot be written, or needs PyAV, which is not installed.
    """
    check_video(path)
    with tempfile.TemporaryDirectory() as folder:
        yield Snapshots(Path(folder), range(1, evaluations + 1))
        write_frames(path, _kept(Path(folder)), Fraction(FRAMES_PER_SECOND))


def _kept(folder: Path) -> Iterator[Frame]:
    """The pictures of a folder, one behind the other."""
    seconds = Fraction(1, FRAMES_PER_SECOND)
    for number, file in enumerate(sorted(folder.glob("*.png"))):
        with Image.open(file) as picture:
            yield Frame(picture.convert("RGB"), number * seconds, seconds)
