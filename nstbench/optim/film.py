"""A video of a descent, a frame an evaluation."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nstbench.images.video import check_video, save_video
from nstbench.optim.snapshots import Snapshots


@contextmanager
def filmed(evaluations: int, path: Path) -> Iterator[Snapshots]:
    """Make a video of a descent, a frame an evaluation.

    Parameters
    ----------
    evaluations : int
        The descent's budget.
    path : Path
        The video (.gif, .webp, or .mp4 by the program ffmpeg), written when the block ends.

    Yields
    ------
    Snapshots
        What the descent has to show its way to.

    Raises
    ------
    InputError
        If `path` cannot be written.
    """
    check_video(path)
    with tempfile.TemporaryDirectory() as folder:
        yield Snapshots(Path(folder), range(1, evaluations + 1))
        save_video(Path(folder), path)
