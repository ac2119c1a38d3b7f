"""One picture from two, without a pipeline."""

import time
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from PIL import Image

from nstbench.core.configuration import SEEDS
from nstbench.core.errors import InputError
from nstbench.core.hardware import Hardware
from nstbench.core.progress import progress
from nstbench.images.pictures import check_output, load_picture, save_picture
from nstbench.images.tensors import to_picture, to_tensor
from nstbench.methods import method as find_method
from nstbench.methods.base import DescentParameters, Method, Parameters, Task
from nstbench.methods.colour.preservation import stylize as preserving_colour
from nstbench.optim.film import filmed
from nstbench.optim.loop import Outcome
from nstbench.optim.snapshots import Snapshots


@dataclass(frozen=True)
class Stylization:
    """The picture, and how it was made; `summary` can be written as JSON."""

    picture: Image.Image
    summary: dict[str, Any]

    def save(self, path: str | Path) -> None:
        """Write the picture whole or not at all; the suffix decides the format."""
        save_picture(self.picture, Path(path))


def stylize(
    content: str | Path,
    style: str | Path | None,
    out: str | Path | None = None,
    *,
    video: str | Path | None = None,
    method: str = "gatys2015",
    size: int = 256,
    iterations: int | None = None,
    backbone: str | None = None,
    weights: str | None = None,
    network: str | None = None,
    strength: float | None = None,
    blend: Mapping[str, float] | None = None,
    preserve_colour: str | None = None,
    seed: int = 0,
    precision: str = "auto",
    device: str = "auto",
) -> Stylization:
    """Paint the picture file `content` in the style of the picture file `style`.

    A method whose network has learned its style takes None for `style`; `network` says which network.
    `size` is the long side of the result in pixels; `iterations` counts evaluations of the loss;
    `iterations`, `backbone`, `weights` and `network` are the method's own when left out. With AdaIN,
    `strength` goes from 0 to 1, and `blend` maps further style files to their shares; the style has the rest
    of 1. `preserve_colour` keeps the content's colours, in one of several ways (docs/colour.md). With `out`
    the picture is also saved there, with `video` its way from the start, a frame an evaluation, as .gif,
    .webp, or .mp4 by the program ffmpeg. Raises InputError, a one-line message, on any bad argument.
    """
    if out is not None:
        check_output(Path(out))
    recipe = find_method(method)
    options = {
        "backbone": backbone,
        "weights": weights,
        "network": network,
        "strength": strength,
        "blend": dict(blend) if blend else None,
        "evaluations": iterations,
        "preserve_colour": preserve_colour,
    }
    given = {name: value for name, value in options.items() if value is not None}
    task = _task(recipe, given, content, style, size, seed, recipe.hardware(device, precision))
    started = time.perf_counter()
    with _filmed(task.parameters, video) as show:
        outcome = _transfer(recipe, replace(task, show=show))
        pictures = {"content": str(content), "style": str(style) if style else None}
        summary = pictures | _summary(recipe, task, outcome, time.perf_counter() - started)
        result = Stylization(to_picture(outcome.image), summary)
        if out is not None:
            result.save(out)
    return result


def _task(
    recipe: Method,
    given: Mapping[str, Any],
    content: str | Path,
    style: str | Path | None,
    size: int,
    seed: int,
    hardware: Hardware,
) -> Task:
    """The pictures and parameters that were asked for; InputError on any that cannot be used."""
    parameters = recipe.configure(recipe.default_preset, given)
    if not 0 <= seed < SEEDS:
        raise InputError(f"seed {seed} is out of range; allowed: 0 to {SEEDS - 1}")
    _check_style(recipe, style)

    def read(file: str | Path) -> torch.Tensor:
        return to_tensor(load_picture(Path(file), size)).to(hardware.device)

    painted = read(content)
    # Without a style, only what keeps the content's colours looks at one; they are to be as they are.
    painting = read(style) if style else painted
    others = {file: read(file) for file in parameters.other_pictures()}
    return Task(painted, painting, parameters, seed, hardware, others=others)


def _transfer(recipe: Method, task: Task) -> Outcome:
    title = f"{recipe.id} on {task.hardware.device} in {task.hardware.precision}"
    with progress(title, task.parameters.steps(*task.content.shape[-2:])) as watch:
        return preserving_colour(recipe, replace(task, watch=watch))


def _filmed(parameters: Parameters, video: str | Path | None) -> AbstractContextManager[Snapshots | None]:
    """What a descent shows its way to while a video is made; nothing without one."""
    if video is None:
        return nullcontext()
    if not isinstance(parameters, DescentParameters):
        raise InputError(f"cannot film {video}: this method makes its picture at once; leave the video out")
    return filmed(parameters.evaluations, Path(video))


def _summary(recipe: Method, task: Task, outcome: Outcome, seconds: float) -> dict[str, Any]:
    height, width = task.content.shape[-2:]
    return {
        "method": recipe.id,
        "parameters": task.parameters.model_dump(),
        "size": [width, height],
        "seed": task.seed,
        "device": str(task.hardware.device),
        "precision": task.hardware.precision,
        "torch": torch.__version__,
        "seconds": round(seconds, 2),
        "loss": None if outcome.final[0].isnan() else outcome.final[0].item(),
    }


def _check_style(recipe: Method, style: str | Path | None) -> None:
    """InputError when a method lacks the style that it needs, or is given one that it would not look at."""
    if recipe.needs_style and style is None:
        raise InputError(f"{recipe.id} takes the style from a picture; give one after the content")
    if not recipe.needs_style and style is not None:
        raise InputError(
            f"{recipe.id} paints in the style that its network has learned and would not look at {style}; "
            "leave it out, and choose a network instead (`nstbench list networks`)"
        )
