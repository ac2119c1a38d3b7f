"""Videos of a descent: one frame an evaluation, 25 frames a second."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from PIL import Image

from nstbench.core.errors import InputError
from nstbench.core.files import check_writable, written_whole

FRAMES_PER_SECOND = 25
# What Pillow writes, and how; a loop of 0 is endless.
ANIMATIONS: dict[str, dict[str, Any]] = {".gif": {"loop": 0}, ".webp": {"loop": 0, "quality": 90}}
FORMATS = (*ANIMATIONS, ".mp4")
# The pixel format that every player knows halves the sides of the chroma, so they have to be even.
EVERY_PLAYER = ("-vf", "crop=trunc(iw/2)*2:trunc(ih/2)*2", "-pix_fmt", "yuv420p", "-movflags", "+faststart")


def check_video(path: Path) -> None:
    """Find out whether a video can be written, before any work is spent on it.

    Parameters
    ----------
    path : Path
        The file; .gif, .webp or .mp4.

    Raises
    ------
    InputError
        If the format is unknown, its folder cannot be written, or ffmpeg is missing (MP4).
    """
    suffix = path.suffix.lower()
    if suffix not in FORMATS:
        allowed = ", ".join(FORMATS)
        raise InputError(f"cannot write {path}: unknown video format {suffix!r}; allowed: {allowed}")
    if suffix == ".mp4" and not shutil.which("ffmpeg"):
        others = " or ".join(ANIMATIONS)
        raise InputError(f"cannot write {path}: MP4 needs the program ffmpeg; install it or choose {others}")
    check_writable(path)


def save_video(frames: Path, path: Path) -> None:
    """Write frames as a video of 25 frames a second, whole or not at all.

    Parameters
    ----------
    frames : Path
        A folder with 00001.png, 00002.png and so on.
    path : Path
        The file; its suffix decides the format, .gif, .webp or .mp4.

    Raises
    ------
    InputError
        If it cannot be written.
    """
    check_video(path)
    with written_whole(path) as temporary:
        if path.suffix.lower() == ".mp4":
            source = ("-framerate", str(FRAMES_PER_SECOND), "-i", str(frames / "%05d.png"))
            command = ["ffmpeg", "-y", "-loglevel", "error", *source, *EVERY_PLAYER, str(temporary)]
            process = subprocess.run(command, capture_output=True, text=True)
            if process.returncode:
                said = " ".join(process.stderr.split())
                raise InputError(f"ffmpeg could not write {path.name}: {said}")
        else:
            first, *others = sorted(frames.glob("*.png"))
            pictures: Iterator[Image.Image] = (Image.open(frame) for frame in others)
            milliseconds = 1000 // FRAMES_PER_SECOND
            options = ANIMATIONS[path.suffix.lower()]
            with Image.open(first) as start:
                start.save(temporary, save_all=True, append_images=pictures, duration=milliseconds, **options)
