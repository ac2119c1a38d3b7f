"""A video, frame by frame: `stylize_video`."""

import logging
import os
import shutil
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import torch
from PIL import Image
from torch import Tensor

from nstbench.api.following import fingerprint
from nstbench.api.inputs import Pictures, prepare
from nstbench.api.outputs import check_inputs_stay, path_of
from nstbench.api.settings import Settings, merged
from nstbench.api.sizing import sized
from nstbench.api.stylizing import check_request, summary_of
from nstbench.core.files import sha256
from nstbench.core.progress import progress
from nstbench.images.pictures import save_picture
from nstbench.images.sources import Source
from nstbench.images.tensors import to_picture
from nstbench.images.video import (
    ANIMATIONS,
    Frame,
    check_video,
    has_sound,
    read_frames,
    read_timing,
    write_frames,
)
from nstbench.methods.memory import check_memory
from nstbench.methods.ruder2016.sequence import Sequence
from nstbench.optim.checkpoints import Checkpoint

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class VideoStylization:
    """A stylized video, and how it was made.

    Attributes
    ----------
    path : Path
        The file.
    summary : dict
        The method, its parameters, size, frames, rate, consistency, seconds and more, ready for JSON.
    """

    path: Path
    summary: dict[str, Any]


def stylize_video(
    content: str | os.PathLike[str],
    style: Source | None,
    out: str | os.PathLike[str],
    *,
    consistency: float = 1.0,
    blend: Mapping[str, float] | None = None,
    start: str | None = None,
    overwrite: bool = False,
    settings: Settings | None = None,
    **changes: Any,
) -> VideoStylization:
    """Stylize a video with the style of a picture.

    Each frame keeps to the one before, as far as the optical flow between them tells where its parts were.
    Frames are kept in a folder beside the result, called as it is with .frames behind, until it is written:
    whatever interrupts, the same call goes on with the frame that was not finished. The result has the
    frames, the times and, unless it is an animation, the sound of the content.

    Parameters
    ----------
    content : str or path
        A video (.mp4, .mov, .mkv, .webm, .avi and others; the package av reads them), or an animated .gif or
        .webp.
    style : str, path, PIL.Image.Image, numpy.ndarray or None
        The picture whose style is taken; None for a method whose network has learned its style.
    out : str or path
        Where to save the result: .mp4, .mov, .mkv, .webm (by the package av), .gif or .webp.
    consistency : float, optional
        How much frames keep to the ones before, as a factor of what is usual; 0 makes each by itself.
    blend : mapping of str to float, optional
        Further style files and their shares of 1, of which `style` has the rest.
    start : {"content", "style", "noise"}, optional
        What the descent of the first frame starts from.
    overwrite : bool, optional
        Whether the result may take the place of a file that it is made from.
    settings : Settings, optional
        Numbers and words: size, weights, method and so on.
    **changes : object
        Values of `Settings` by name, such as `size=512`; they are laid over `settings`.

    Returns
    -------
    VideoStylization
        Where it is, and how it was made.

    Raises
    ------
    InputError
        If a file cannot be used or written, or an argument is out of range; in one line.

    References
    ----------
    Ruder, Dosovitskiy and Brox 2016, Artistic style transfer for videos, arXiv:1604.08610.
    """
    source, target = path_of(content, "content"), path_of(out, "out")
    check_video(target)
    check_inputs_stay(target, (source, style, *(blend or {})), overwrite)
    chosen = merged(settings, changes)
    recipe, timing = chosen.recipe(), read_timing(source)
    sequence = Sequence(recipe, consistency)
    pictures = Pictures(next(read_frames(source)).picture, style, dict(blend or {}), start=start)
    check_request(recipe, pictures)
    parameters = chosen.parameters(pictures.start_word(), pictures.blend)
    prepared = prepare(pictures, chosen)
    hardware = recipe.hardware(chosen.device, chosen.precision)
    first = prepared.task(parameters, chosen.seed, hardware)
    check_memory(recipe, first)
    summary = summary_of(recipe, first, prepared.content.size)
    summary |= {"frames": timing.frames, "rate": float(timing.rate), "consistency": consistency}
    kept = _KeptFrames(target, fingerprint(summary | {"file": sha256(source)}, first), hardware.device)
    sequence.before = kept.before

    title = f"{recipe.id} on {hardware.device} in {hardware.precision}, frames"
    log.info("%s, %dx%d px: %s", title, *prepared.content.size, parameters)
    started, times = time.perf_counter(), []
    with progress(title, timing.frames) as bar:
        for number, frame in enumerate(read_frames(source), 1):
            times.append((frame.start, frame.seconds))
            if number > kept.done:
                own = replace(prepared, content=sized(frame.picture, str(source), prepared.content.size))
                outcome = sequence.stylize(own.task(parameters, chosen.seed, hardware))
                kept.keep(number, own.finished(to_picture(outcome.image)), sequence.before)
                bar(number, outcome.final[0])
    silent = target.suffix.lower() in ANIMATIONS
    if silent and has_sound(source):
        log.warning("%s is silent, as every %s is; choose .mp4 to keep the sound", target, target.suffix)
    write_frames(target, kept.frames(times), timing.rate, None if silent or not has_sound(source) else source)
    kept.remove()
    summary |= {"content": str(source), "frames": len(times)}
    return VideoStylization(
        target, pictures.names() | summary | {"seconds": round(time.perf_counter() - started, 2)}
    )


class _KeptFrames:
    """Finished frames in a folder beside the result, and the frame that the next one goes on from."""

    def __init__(self, out: Path, run: str, device: torch.device) -> None:
        self.folder = out.with_name(f"{out.name}.frames")
        self._state = Checkpoint(self.folder / "state.pt")
        self._run = run
        self.done = 0
        self.before: tuple[Tensor, Tensor] | None = None
        saved = self._state.load()
        if (
            saved
            and saved["run"] == run
            and all(self._file(n).is_file() for n in range(1, saved["done"] + 1))
        ):
            self.done = saved["done"]
            content, image = saved["before"]
            self.before = content.to(device), image.to(device)
            log.warning("going on after frame %d, from %s", self.done, self.folder)
        else:
            shutil.rmtree(self.folder, ignore_errors=True)  # Of other settings.

    def keep(self, number: int, picture: Image.Image, before: tuple[Tensor, Tensor] | None) -> None:
        save_picture(picture.convert("RGB"), self._file(number))
        self._state.save({"run": self._run, "done": number, "before": list(before or ())})

    def frames(self, times: Iterable[tuple[Fraction, Fraction]]) -> Iterator[Frame]:
        for number, (start, seconds) in enumerate(times, 1):
            with Image.open(self._file(number)) as picture:
                yield Frame(picture.convert("RGB"), start, seconds)

    def remove(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def _file(self, number: int) -> Path:
        return self.folder / f"{number:05d}.png"
