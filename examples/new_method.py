"""A method of your own: the content, with each channel of colour given the style's mean and deviation.

In the package a method is a folder of `nstbench/methods/` that defines METHODS; then the command line,
experiment files and reports know it by its id.
"""

import time

from pydantic import Field

import nstbench
from nstbench.images.demo import demo_pair
from nstbench.methods.base import Method, Parameters, Task
from nstbench.optim.loop import Outcome, lossless


class TransferParameters(Parameters):
    """Every field is a setting of experiments, checked before anything runs."""

    strength: float = Field(1.0, ge=0, le=1)


def stylize(task: Task[TransferParameters]) -> Outcome:
    """Pictures are (1, 3, H, W), RGB in [0, 1], on the device that was asked for."""
    started = time.perf_counter()
    (spread, mean), (style_spread, style_mean) = (
        (picture.std((2, 3), keepdim=True), picture.mean((2, 3), keepdim=True))
        for picture in (task.content, task.style)
    )
    moved = (task.content - mean) / spread * style_spread + style_mean
    image = task.content.lerp(moved, task.parameters.strength)
    return lossless(image, time.perf_counter() - started)


METHOD = Method(
    id="reinhard2001",
    title="Color transfer between images",
    source="After Reinhard et al. 2001, in RGB",
    parameters=TransferParameters,
    presets={"default": TransferParameters(), "half": TransferParameters(strength=0.5)},
    default_preset="default",
    stylize=stylize,
)


def main(size: int = 192) -> None:
    for strength in (0.5, 1.0):
        result = nstbench.stylize(*demo_pair(), method=METHOD, size=size, strength=strength)
        result.save(f"new_method_{strength}.png")
        print(result.summary["parameters"])


if __name__ == "__main__":
    main()
