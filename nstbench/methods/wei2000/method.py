"""A texture like the style's, at the content's size; of the content nothing else is looked at."""

import time
from typing import TYPE_CHECKING

from pydantic import Field

from nstbench.methods.base import Method, Parameters, Task

if TYPE_CHECKING:
    from nstbench.optim.loop import Outcome


class TreeSearchParameters(Parameters):
    """How a texture is made.

    Parameters
    ----------
    reach
        Of the neighbourhoods in pixels; their sides are 2 reach + 1.
    levels
        Of the pyramids, at most; the coarsest has no side below 8 px.
    """

    reach: int = Field(ge=1, le=8)
    levels: int = Field(ge=1, le=8)

    def steps(self, height: int, width: int) -> int:
        """The number of pixels, which each level counts anew up to its own.

        Parameters
        ----------
        height, width
            Of the content, in pixels.

        Returns
        -------
        int
            Of the finest level.
        """
        return height * width

    def draws(self) -> bool:
        """True: the noise that the texture begins as."""
        return True


# Figure 8 and section 3.3: neighbourhoods of 9 x 9 px, and 5 x 5 at the coarser level; four levels.
PAPER = TreeSearchParameters(reach=4, levels=4)


def stylize(task: Task[TreeSearchParameters]) -> "Outcome":
    """Make a texture like the style's.

    Parameters
    ----------
    task
        Content and style (1, 3, H, W), RGB in [0, 1], on the CPU.

    Returns
    -------
    Outcome
        The finest level, and of each level the mean squared distance of the neighbourhoods found.

    References
    ----------
    Wei and Levoy 2000, section 2.
    """
    import numpy as np
    import torch

    from nstbench.methods.wei2000.synthesis import synthesize
    from nstbench.optim.loop import Outcome

    parameters, (height, width) = task.parameters, task.content.shape[2:]
    texture = task.style[0].permute(1, 2, 0).contiguous().numpy()
    random = np.random.default_rng(task.seed)
    watch = task.watch or (lambda done, distance: None)
    started = time.perf_counter()
    made = synthesize(texture, height, width, parameters.reach, parameters.levels, random, watch)
    levels = [(*level, time.perf_counter() - started) for level in made]
    pictures, distances, seconds = zip(*levels, strict=True)
    image = torch.from_numpy(pictures[-1]).permute(2, 0, 1)[None].contiguous()
    trace = torch.tensor(distances)[:, None]
    return Outcome(image, (), trace, trace[-1], list(seconds), rejected_steps=0)


METHOD = Method(
    id="wei2000",
    title="Texture synthesis by tree search: the nearest neighbourhood, coarse to fine",
    source="Wei and Levoy 2000, Fast texture synthesis using tree-structured vector quantization",
    parameters=TreeSearchParameters,
    presets={"paper": PAPER},
    default_preset="paper",
    stylize=stylize,
    for_cpu=True,
)
