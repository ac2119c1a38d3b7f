"""A texture like the style's, at the content's size; of the content nothing else is looked at."""

import time
from typing import TYPE_CHECKING

from pydantic import Field, field_validator

from nstbench.core.errors import InputError
from nstbench.methods.base import Method, Parameters, Task

if TYPE_CHECKING:
    from nstbench.optim.loop import Outcome


class SamplingParameters(Parameters):
    """How a texture is grown.

    Parameters
    ----------
    window
        Side in pixels of the surroundings that decide a pixel, odd: about the size of the largest feature
        that is to repeat.
    tolerance
        A pixel is drawn from all whose surroundings differ at most 1 + `tolerance` times as much as the best.
    """

    window: int = Field(ge=3, le=63)
    tolerance: float = Field(ge=0)

    @field_validator("window")
    @classmethod
    def _with_a_middle(cls, window: int) -> int:
        if window % 2 == 0:
            raise ValueError(f"a window of {window} px has no pixel in the middle; take {window + 1}")
        return window

    def steps(self, height: int, width: int) -> int:
        """The number of pixels.

        Parameters
        ----------
        height, width
            Of the content, in pixels.

        Returns
        -------
        int
            With those of the seed.
        """
        return height * width

    def draws(self) -> bool:
        """True: one of the pixels that fit is drawn."""
        return True


# Section 2.1: a tolerance of 0.1. Windows are left to the user; figure 2 has 5 to 23 px.
PAPER = SamplingParameters(window=11, tolerance=0.1)


def stylize(task: Task[SamplingParameters]) -> "Outcome":
    """Grow a texture like the style's.

    Parameters
    ----------
    task
        Content and style (1, 3, H, W), RGB in [0, 1], on the CPU.

    Returns
    -------
    Outcome
        The texture, and how much the surroundings of its pixels differ from those in the style on average.

    Raises
    ------
    InputError
        When the window is larger than the style.

    References
    ----------
    Efros and Leung 1999, section 2. Their limit of how bad a fit may be is left out: the best fit is taken
    however bad it is.
    """
    import numpy as np
    import torch

    from nstbench.methods.efros1999.growing import grow
    from nstbench.optim.loop import Outcome

    parameters, (height, width) = task.parameters, task.content.shape[2:]
    texture = task.style[0].permute(1, 2, 0).contiguous().numpy()
    if (least := min(texture.shape[:2])) < parameters.window:
        raise InputError(
            f"the style is {texture.shape[1]}x{texture.shape[0]} px, smaller than a window of "
            f"{parameters.window} px; give a larger style, or set window to at most {least - 1 + least % 2}"
        )
    watch, started = task.watch or (lambda done, distance: None), time.perf_counter()
    random = np.random.default_rng(task.seed)
    picture, distance = grow(texture, height, width, parameters.window, parameters.tolerance, random, watch)
    image = torch.from_numpy(picture.copy()).permute(2, 0, 1)[None].contiguous()
    trace = torch.tensor([[distance]])
    return Outcome(image, (), trace, trace[0], [time.perf_counter() - started], rejected_steps=0)


METHOD = Method(
    id="efros1999",
    title="Texture synthesis by non-parametric sampling: pixel by pixel from a seed",
    source="Efros and Leung 1999, Texture synthesis by non-parametric sampling",
    parameters=SamplingParameters,
    presets={"paper": PAPER},
    default_preset="paper",
    stylize=stylize,
    for_cpu=True,
)
