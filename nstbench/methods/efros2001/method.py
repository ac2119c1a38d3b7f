"""The content put together from pieces of the style, before there were networks.

A block is cut out of the style where its luminance fits the content and its border what is there already.
Passes with ever smaller blocks go over the whole picture; what counts as an evaluation here is a pass.
"""

import itertools
import time
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from pydantic import Field, model_validator

from nstbench.core.errors import InputError
from nstbench.methods.base import Method, Parameters, Task
from nstbench.methods.efros2001.schedule import SMALLEST_BLOCK, Pass, schedule

if TYPE_CHECKING:
    from nstbench.optim.loop import Outcome

# The terms of nstbench.methods.efros2001.quilting: what is told from the style, and from the content.
TERMS = ("style/overlap", "style/previous", "content/correspondence")


class QuiltingParameters(Parameters):
    """How the content is put together.

    Parameters
    ----------
    block
        Side of the first pass's blocks in pixels.
    passes
        How many there are.
    tolerance
        A block is drawn from all whose cost is at most 1 + `tolerance` times the least.
    follows_content
        Whether blocks fit the content's luminance. Otherwise a texture like the style is put together, which
        takes one pass.
    """

    block: int = Field(ge=SMALLEST_BLOCK)
    passes: int = Field(ge=1, le=8)
    tolerance: float = Field(ge=0)
    follows_content: bool = True

    @model_validator(mode="after")
    def _one_pass_of_a_texture(self) -> "QuiltingParameters":
        if not self.follows_content and self.passes > 1:
            raise ValueError("a texture that follows no content takes one pass; set passes to 1")
        return self

    @property
    def schedule(self) -> list[Pass]:
        """The passes; one that follows no content has all its weight on what is there already."""
        passes = schedule(self.block, self.passes)
        return passes if self.follows_content else [replace(each, alpha=1.0) for each in passes]

    def steps(self, height: int, width: int) -> int:
        """The number of blocks.

        Parameters
        ----------
        height, width
            Of the content, in pixels.

        Returns
        -------
        int
            In all passes together.
        """
        return sum(1 for settings in self.schedule for _ in settings.corners(height, width))

    def draws(self) -> bool:
        """True: one of the blocks that fit well is drawn."""
        return True


# Sections 2.2 and 3: a tolerance of 0.1, 3 to 5 passes; the blocks' size is left to the user.
PAPER = QuiltingParameters(block=36, passes=3, tolerance=0.1)
# Section 2: texture synthesis.
SYNTHESIS = QuiltingParameters.derived_from(PAPER, block=24, passes=1, follows_content=False)
# For a user's own pictures, chosen by eye: blocks small enough for a face at 256 px.
DEFAULT = QuiltingParameters.derived_from(PAPER, block=24)


def stylize(task: Task[QuiltingParameters]) -> "Outcome":
    """Put the content together from the style's pixels.

    Parameters
    ----------
    task
        Content and style (1, 3, H, W), RGB in [0, 1], on the CPU.

    Returns
    -------
    Outcome
        The picture of the last pass, and of each pass what its blocks cost, per pixel.

    Raises
    ------
    InputError
        When a block is larger than the style.

    References
    ----------
    Efros and Freeman 2001, section 3.
    """
    import numpy as np
    import torch

    from nstbench.images.colour_spaces import luma
    from nstbench.methods.colour.luminance_matching import match_histogram
    from nstbench.methods.efros2001.quilting import choose_block, quilt
    from nstbench.methods.styles import CONTENT
    from nstbench.optim.loop import Outcome

    block, style = task.parameters.block, task.style
    height, width = style.shape[2:]
    if min(height, width) < block:
        raise InputError(
            f"the style is {width}x{height} px, smaller than a block of {block} px; give a larger or less "
            f"elongated style, raise the size, or set block to at most {min(height, width)}"
        )
    # Correspondence maps are luminance, as in the paper's examples. That the style's gets the content's
    # histogram is ours: a dark content finds pieces in a bright style, too.
    target = luma(task.content)
    source = torch.cat([style, match_histogram(target, luma(style), task.visible.get(CONTENT))], 1)
    random = np.random.default_rng(task.seed)
    choose = partial(choose_block, tolerance=task.parameters.tolerance, random=random)
    rows, seconds, started, blocks = [], [], time.perf_counter(), itertools.count(1)

    def watch(cost: float) -> None:
        if task.watch:
            task.watch(next(blocks), cost)

    planes, target_map = source[0].contiguous().numpy(), target[0, 0].numpy()
    for picture, costs in quilt(planes, target_map, task.parameters.schedule, choose, watch):
        image = torch.from_numpy(picture[:3])[None]
        rows.append(torch.from_numpy(costs).float())
        seconds.append(time.perf_counter() - started)
    return Outcome(image, TERMS, torch.stack(rows), rows[-1], seconds, rejected_steps=0)


METHOD = Method(
    id="efros2001",
    title="Image quilting: texture transfer before neural networks",
    source="Efros and Freeman 2001, Image quilting for texture synthesis and transfer",
    parameters=QuiltingParameters,
    presets={"paper": PAPER, "synthesis": SYNTHESIS, "default": DEFAULT},
    default_preset="default",
    stylize=stylize,
    for_cpu=True,
)
