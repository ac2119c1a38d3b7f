"""One picture from two, without a pipeline."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from PIL import Image

from nstbench.errors import InputError
from nstbench.hardware import resolve
from nstbench.images.pictures import check_output, load_picture, save_picture
from nstbench.images.tensors import to_picture, to_tensor
from nstbench.methods import method as find_method
from nstbench.methods.base import Task
from nstbench.progress import progress


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
    style: str | Path,
    out: str | Path | None = None,
    *,
    method: str = "gatys2015",
    size: int = 256,
    iterations: int | None = None,
    backbone: str | None = None,
    weights: str | None = None,
    seed: int = 0,
    precision: str = "auto",
    device: str = "auto",
) -> Stylization:
    """Paint the picture file `content` in the style of the picture file `style`.

    `size` is the long side of the result in pixels; `iterations` counts evaluations of the loss;
    `iterations`, `backbone` and `weights` are the method's own when left out. With `out` the picture is
    also saved there. Raises InputError, a one-line message, on any bad argument.
    """
    if out is not None:
        check_output(Path(out))
    recipe = find_method(method)
    asked = {"backbone": backbone, "weights": weights, "evaluations": iterations}
    changes = {name: value for name, value in asked.items() if value is not None}
    parameters = recipe.configure(recipe.everyday_set, changes)
    if seed < 0:
        raise InputError(f"seed {seed} is negative; allowed: 0 and above")
    hardware = resolve(device, precision)
    pictures = [load_picture(Path(file), size) for file in (content, style)]
    painted, painting = (to_tensor(picture).to(hardware.device) for picture in pictures)
    started = time.perf_counter()
    with progress(f"{method} on {hardware.device} in {hardware.precision}", parameters.evaluations) as watch:
        outcome = recipe.stylise(Task(painted, painting, parameters, seed, hardware, watch))
    result = Stylization(
        to_picture(outcome.image),
        {
            "content": str(content),
            "style": str(style),
            "method": method,
            "parameters": parameters.model_dump(),
            "size": list(pictures[0].size),
            "seed": seed,
            "device": str(hardware.device),
            "precision": hardware.precision,
            "torch": torch.__version__,
            "seconds": round(time.perf_counter() - started, 2),
            "loss": outcome.final[0].item(),
        },
    )
    if out is not None:
        result.save(out)
    return result
