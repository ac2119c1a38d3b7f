"""One picture: `stylize`."""

import logging
import os
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import torch
from PIL import Image

from nstbench.api.following import Follower, Preview, StoppedError, StopPoint, fingerprint
from nstbench.api.inputs import Pictures, Region, knowing_regions, prepare
from nstbench.api.outputs import check_result, is_numbered, numbered, path_of
from nstbench.api.settings import SettingError, Settings, merged
from nstbench.core.errors import InputError
from nstbench.core.progress import progress
from nstbench.images.pictures import QUALITY, save_picture
from nstbench.images.sources import Source, source_name
from nstbench.images.tensors import to_picture
from nstbench.methods.base import DescentParameters, Method, Task
from nstbench.methods.colour.preservation import stylize as preserving_colour
from nstbench.methods.memory import check_memory
from nstbench.optim.film import filmed
from nstbench.optim.lockstep import finish
from nstbench.optim.loop import Show

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Stylization:
    """A stylized picture, and how it was made.

    Attributes
    ----------
    picture : PIL.Image.Image
        8-bit RGB, or RGBA where the content is transparent.
    summary : dict
        The method, its parameters, seed, device, precision, seconds and the final loss, ready for JSON;
        `stopped_after` so many evaluations, where it was stopped.
    metadata : PIL.Image.Exif or None
        The content's EXIF data, where it was asked for.
    """

    picture: Image.Image
    summary: dict[str, Any]
    metadata: Image.Exif | None = field(default=None, repr=False)

    def save(self, path: str | os.PathLike[str], quality: int = QUALITY) -> None:
        """Write the picture, whole or not at all.

        Parameters
        ----------
        path : str or path
            Ends in .png, .jpg, .webp or .tif, which decides the format. A JPEG shows transparent parts on
            white.
        quality : int, optional
            Of JPEG and WebP, 1 to 100.

        Raises
        ------
        InputError
            If the format is unknown or the folder cannot be written.
        """
        save_picture(self.picture, path_of(path, "path"), quality, self.metadata)


def stylize(
    content: Source,
    style: Source | None = None,
    out: str | os.PathLike[str] | None = None,
    *,
    blend: Mapping[str, float] | None = None,
    mask: Source | None = None,
    regions: Sequence[Region] = (),
    style_mask: Source | None = None,
    start: Source | None = None,
    video: str | os.PathLike[str] | None = None,
    save_every: int | None = None,
    show: Callable[[Preview], object] | None = None,
    stop: Callable[[], bool] | None = None,
    resume: bool = False,
    overwrite: bool = False,
    settings: Settings | None = None,
    **changes: Any,
) -> Stylization:
    """Stylize one picture with the style of another.

    Progress goes to stderr; `logging.getLogger("nstbench").setLevel("ERROR")` turns it off.

    Parameters
    ----------
    content : str, path, PIL.Image.Image or numpy.ndarray
        The picture to stylize: a file, an image of any mode, or an array (H, W, 3) of uint8 or of floating
        point in [0, 1]. What is transparent takes no part in a loss and stays transparent.
    style : str, path, PIL.Image.Image, numpy.ndarray or None
        The picture whose style is taken; None for a method whose network has learned its style.
    out : str or path, optional
        Where to save the result (.png, .jpg, .webp, .tif).
    blend : mapping of str to float, optional
        Further style files and their shares of 1, of which `style` has the rest.
    mask : picture, optional
        White where the picture is stylized; where it is black, the content stays as it is.
    regions : sequence of (picture, picture), optional
        Masks and styles: where a mask is white, its style is taken instead of `style`; the first one comes
        first. Masks have the content's shape.
    style_mask : picture, optional
        White where the style is looked at.
    start : str or picture, optional
        What a descent starts from: "content", "style", "noise", or a picture.
    video : str or path, optional
        Where to save the way there, a frame an evaluation (.gif, .webp, .mp4, .mov, .mkv or .webm).
    save_every : int, optional
        Also save what is reached after so many evaluations each, beside `out`.
    show : callable, optional
        Called with a `Preview` before each step of a descent and at its end.
    stop : callable, optional
        Asked after each step; when it says True, the picture reached is the result. A run with `out` keeps
        its state in a file beside it, to go on from with `resume`.
    resume : bool, optional
        Go on where a stopped run with the same pictures and settings ended.
    overwrite : bool, optional
        Whether the result may take the place of a picture that it is made from.
    settings : Settings, optional
        Numbers and words: size, weights, method and so on.
    **changes : object
        Values of `Settings` by name, such as `size=512`; they are laid over `settings`.

    Returns
    -------
    Stylization
        The picture, with the content's aspect, and how it was made.

    Raises
    ------
    InputError
        If a picture cannot be used, an argument is out of range, or a file cannot be written; in one line.
    """
    chosen = merged(settings, changes)
    recipe = chosen.recipe()
    pictures = Pictures(content, style, dict(blend or {}), mask, regions, style_mask, start)
    parameters = chosen.parameters(pictures.start_word(), pictures.blend)
    check_request(recipe, pictures)
    of_descents = {"video": video, "save_every": save_every, "resume": resume or None}
    for name, value in of_descents.items():
        if value is not None and not isinstance(parameters, DescentParameters):
            raise SettingError(name, f"{recipe.id} makes its picture at once; leave it out")
    target = None if out is None else path_of(out, "out")
    if target is not None:
        check_result(target, pictures.given(), overwrite)
    keeper = _Keeper.checked(target, save_every, chosen, pictures, overwrite)

    prepared = prepare(pictures, chosen)
    hardware = recipe.hardware(chosen.device, chosen.precision)
    task = prepared.task(parameters, chosen.seed, hardware)
    check_memory(recipe, task)
    height, width = task.content.shape[-2:]
    total = parameters.steps(height, width)
    title = f"{recipe.id} on {hardware.device} in {hardware.precision}"
    log.info("%s, %dx%d px: %s", title, width, height, parameters)
    summary = summary_of(recipe, task, prepared.content.size)
    stopping = StopPoint(target, fingerprint(summary, task), stop or (lambda: False), resume)
    listeners = [listener for listener in (show, keeper) if listener]
    started = time.perf_counter()
    filming: AbstractContextManager[Show | None] = nullcontext()
    if video is not None:
        filming = filmed(total, path_of(video, "video"))
    with filming as film, progress(title, total) as bar:
        follower = Follower(total, prepared.finished, listeners, bar, film)
        task = replace(task, watch=follower.watch, show=follower.show, checkpoint=stopping)
        try:
            outcome = finish(preserving_colour(recipe, task))
        except StoppedError:
            assert follower.last  # A descent shows its start before it can be stopped.
            picture, loss = follower.last.picture, follower.last.loss
            summary["stopped_after"] = follower.last.evaluations
        else:
            picture, loss = prepared.finished(to_picture(outcome.image)), outcome.final[0].item()
            stopping.remove()
        summary |= {
            "seconds": round(time.perf_counter() - started, 2),
            "loss": loss if loss == loss else None,
        }
        metadata = prepared.metadata if chosen.metadata else None
        result = Stylization(picture, pictures.names() | summary, metadata)
        if target is not None:  # Before the video is written, which may fail.
            result.save(target, chosen.quality)
    return result


def check_request(recipe: Method, pictures: Pictures) -> None:
    """Refuse pictures that a method cannot use.

    Parameters
    ----------
    recipe : Method
        The method.
    pictures : Pictures
        What it is given.

    Raises
    ------
    InputError
        If it lacks its style, or would not look at what it is given.
    """
    style = pictures.style
    if recipe.needs_style and style is None:
        raise InputError(f"{recipe.id} takes the style from a picture; give one after the content")
    if not recipe.needs_style and style is not None:
        raise InputError(
            f"{recipe.id} stylizes with what its network has learned and would not look at "
            f"{source_name(style, 'style')}; leave it out, and choose a network instead "
            "(`nstbench list networks`)"
        )
    for name in ("regions", "style_mask"):
        if getattr(pictures, name) and not recipe.knows_regions:
            knowing = ", ".join(knowing_regions())
            raise SettingError(name, f"{recipe.id} knows none; leave it out, or choose {knowing}")


def summary_of(recipe: Method, task: Task, size: tuple[int, int]) -> dict[str, Any]:
    """Say how a picture is made.

    Parameters
    ----------
    recipe : Method
        The method.
    task : Task
        Its parameters, seed and hardware.
    size : tuple of int
        Width and height in pixels.

    Returns
    -------
    dict
        Ready for JSON.
    """
    return {
        "method": recipe.id,
        "parameters": task.parameters.model_dump(),
        "size": list(size),
        "seed": task.seed,
        "device": str(task.hardware.device),
        "precision": task.hardware.precision,
        "torch": torch.__version__,
    }


@dataclass
class _Keeper:
    """Saves what a descent has reached, every so many evaluations."""

    out: Path
    every: int
    settings: Settings
    saved: int = 0

    @classmethod
    def checked(
        cls, out: Path | None, every: int | None, settings: Settings, pictures: Pictures, overwrite: bool
    ) -> "_Keeper | None":
        """For pictures that may all be written; None when none is to be."""
        if every is None:
            return None
        if out is None:
            raise SettingError("save_every", "needs a name to save beside; give out")
        if every < 1:
            raise SettingError("save_every", "allowed: 1 evaluation or more", every)
        for source in pictures.given():
            if isinstance(source, str | os.PathLike) and is_numbered(Path(source), out) and not overwrite:
                raise SettingError(
                    "save_every", f"{source} would be overwritten; choose another name for out"
                )
        return cls(out, every, settings)

    def __call__(self, preview: Preview) -> None:
        due = preview.evaluations // self.every * self.every
        # The result itself is saved at the end.
        if self.saved < due < preview.of:
            self.saved = due
            save_picture(preview.picture, numbered(self.out, due), self.settings.quality)
