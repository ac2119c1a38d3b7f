"""Efros and Freeman 2001: the content put together from pieces of the style, before there were networks.

A block is cut out of the style where its luminance fits the content and its border what is painted already.
Passes with ever smaller blocks go over the whole picture; what counts as an evaluation here is a pass.
"""

import itertools
import time
from functools import partial
from typing import TYPE_CHECKING

from pydantic import Field

from nstbench.core.errors import InputError
from nstbench.methods.base import Method, Parameters, Task
from nstbench.methods.efros2001.schedule import SMALLEST_BLOCK, schedule

if TYPE_CHECKING:
    from torch import Tensor

    from nstbench.methods.efros2001.quilting import Planes
    from nstbench.optim.loop import Outcome

# The terms of nstbench.methods.efros2001.quilting: what is told from the style, and from the content.
TERMS = ("style/overlap", "style/previous", "content/correspondence")


class QuiltingParameters(Parameters):
    """The side of the first pass's blocks in pixels, the number of passes, and the tolerance of the choice.

    A block is drawn from all whose cost is at most 1 + `tolerance` times the least.
    """

    block: int = Field(ge=SMALLEST_BLOCK)
    passes: int = Field(ge=1, le=8)
    tolerance: float = Field(ge=0)

    def steps(self, height: int, width: int) -> int:
        """The number of blocks."""
        passes = schedule(self.block, self.passes)
        return sum(1 for settings in passes for _ in settings.corners(height, width))

    def draws(self) -> bool:
        return True


# Sections 2.2 and 3: a tolerance of 0.1, 3 to 5 passes; the blocks' size is left to the user.
PAPER = QuiltingParameters(block=36, passes=3, tolerance=0.1)
# For a user's own pictures, chosen by eye: blocks small enough for a face at 256 px.
DEFAULT = QuiltingParameters.derived_from(PAPER, block=24)


def stylize(task: Task[QuiltingParameters]) -> "Outcome":
    """The picture of `task`, made of the style's pixels; InputError when a block is larger than the style."""
    import numpy as np
    import torch

    from nstbench.methods.efros2001.quilting import choose_block, quilt
    from nstbench.optim.loop import Outcome

    parameters = task.parameters
    check_style(task.style, parameters.block)
    source, target = with_maps(task.style, task.content)
    passes = schedule(parameters.block, parameters.passes)
    draw = partial(choose_block, tolerance=parameters.tolerance, random=np.random.default_rng(task.seed))
    rows, seconds, started, blocks = [], [], time.perf_counter(), itertools.count(1)

    def placed(cost: float) -> None:
        if task.watch:
            task.watch(next(blocks), cost)

    for painted, costs in quilt(source, target, passes, draw, placed):
        image = torch.from_numpy(painted[:3])[None]
        rows.append(torch.from_numpy(costs).float())
        seconds.append(time.perf_counter() - started)
    return Outcome(image, TERMS, torch.stack(rows), rows[-1], seconds, rejected_steps=0)


def check_style(style: "Tensor", block: int) -> None:
    height, width = style.shape[2:]
    if min(height, width) < block:
        raise InputError(
            f"the style is {width}x{height} px, smaller than a block of {block} px; give a larger or less "
            f"elongated style, raise the size, or set block to at most {min(height, width)}"
        )


def with_maps(style: "Tensor", content: "Tensor") -> "tuple[Planes, Planes]":
    """The style's R, G, B and correspondence map (4, h, w), and the content's map (H, W).

    Maps are luminance, as in the paper's examples; ours is that the style's gets the content's histogram.
    """
    import torch

    from nstbench.images.colour_spaces import luma
    from nstbench.methods.colour.luminance_matching import match_histogram

    wanted = luma(content)
    planes = torch.cat([style, match_histogram(wanted, luma(style))], 1)
    return planes[0].contiguous().numpy(), wanted[0, 0].numpy()


METHOD = Method(
    id="efros2001",
    title="Image quilting: texture transfer before neural networks",
    source="Efros and Freeman 2001, Image quilting for texture synthesis and transfer",
    parameters=QuiltingParameters,
    presets={"paper": PAPER, "default": DEFAULT},
    default_preset="default",
    stylize=stylize,
    for_cpu=True,
)
