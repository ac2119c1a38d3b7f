"""One picture from two, without a pipeline."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from PIL import Image

from nstbench.documents import SEEDS
from nstbench.errors import InputError
from nstbench.images.pictures import check_output, load_picture, save_picture
from nstbench.images.tensors import to_picture, to_tensor
from nstbench.methods import method as find_method
from nstbench.methods.base import Method, Task
from nstbench.progress import progress
from nstbench.video import filmed


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
    asked = {
        "backbone": backbone,
        "weights": weights,
        "network": network,
        "strength": strength,
        "blend": dict(blend) if blend else None,
        "evaluations": iterations,
        "preserve_colour": preserve_colour,
    }
    changes = {name: value for name, value in asked.items() if value is not None}
    parameters = recipe.configure(recipe.everyday_set, changes)
    if not 0 <= seed < SEEDS:
        raise InputError(f"seed {seed} is out of range; allowed: 0 to {SEEDS - 1}")
    hardware = recipe.hardware(device, precision)
    _check_style(recipe, style)
    painted = to_tensor(load_picture(Path(content), size)).to(hardware.device)
    # Without a style, only what keeps the content's colours looks at one; they are to be as they are.
    painting = to_tensor(load_picture(Path(style), size)).to(hardware.device) if style else painted
    others = {
        file: to_tensor(load_picture(Path(file), size)).to(hardware.device)
        for file in parameters.other_pictures()
    }
    started = time.perf_counter()
    title = f"{method} on {hardware.device} in {hardware.precision}"
    with filmed(parameters, Path(video) if video else None) as show:
        with progress(title, parameters.steps(*painted.shape[-2:])) as watch:
            task = Task(painted, painting, parameters, seed, hardware, watch, show=show, others=others)
            outcome = recipe.transfer(task)
        result = Stylization(
            to_picture(outcome.image),
            {
                "content": str(content),
                "style": str(style) if style else None,
                "method": method,
                "parameters": parameters.model_dump(),
                "size": [painted.shape[-1], painted.shape[-2]],
                "seed": seed,
                "device": str(hardware.device),
                "precision": hardware.precision,
                "torch": torch.__version__,
                "seconds": round(time.perf_counter() - started, 2),
                "loss": None if outcome.final[0].isnan() else outcome.final[0].item(),
            },
        )
        if out is not None:
            result.save(out)
    return result


def _check_style(recipe: Method, style: str | Path | None) -> None:
    """InputError when a method lacks the style that it needs, or is given one that it would not look at."""
    if recipe.needs_style and style is None:
        raise InputError(f"{recipe.id} takes the style from a picture; give one after the content")
    if not recipe.needs_style and style is not None:
        raise InputError(
            f"{recipe.id} paints in the style that its network has learned and would not look at {style}; "
            "leave it out, and choose a network instead (`nstbench list networks`)"
        )
