"""A texture like the style's, at the content's size; of the content nothing else is looked at."""

import time
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from nstbench.core.errors import InputError
from nstbench.methods.base import Method, Parameters, Task

if TYPE_CHECKING:
    from nstbench.optim.loop import Outcome


class GraphCutParameters(Parameters):
    """How patches are laid.

    Parameters
    ----------
    placement
        Whether a patch has to agree with all of the picture that it covers ("entire"), or with the block
        that it is to cover ("sub-patch").
    block
        Side of this block in pixels.
    randomness
        k, above 0: how readily a worse offset is taken.
    refinements
        How many patches are laid over the worst seams when the picture is full.
    """

    placement: Literal["entire", "sub-patch"]
    block: int = Field(ge=4)
    randomness: float = Field(gt=0)
    refinements: int = Field(ge=0, le=1000)

    def steps(self, height: int, width: int) -> int:
        """The patches of the refinement, and one step for those before.

        Parameters
        ----------
        height, width
            Of the content, in pixels.

        Returns
        -------
        int
            1 and `refinements`.
        """
        return 1 + self.refinements

    def draws(self) -> bool:
        """True: the offsets of patches."""
        return True


# Section 4: k between 0.001 and 1; the rest is left to the user.
SUB_PATCH = GraphCutParameters(placement="sub-patch", block=32, randomness=0.01, refinements=10)
ENTIRE = GraphCutParameters.derived_from(SUB_PATCH, placement="entire")


def stylize(task: Task[GraphCutParameters]) -> "Outcome":
    """Lay patches of the style.

    Parameters
    ----------
    task
        Content and style (1, 3, H, W), RGB in [0, 1], on the CPU.

    Returns
    -------
    Outcome
        The last picture, and what its seams cost per pixel, when it was full and after every refinement.

    Raises
    ------
    InputError
        When a block is larger than the style.

    References
    ----------
    Kwatra et al. 2003, sections 3 and 4.
    """
    import numpy as np
    import torch

    from nstbench.methods.kwatra2003.placing import lay
    from nstbench.optim.loop import Outcome

    parameters, (height, width) = task.parameters, task.content.shape[2:]
    texture = task.style[0].permute(1, 2, 0).contiguous().numpy()
    if (least := min(texture.shape[:2])) < parameters.block:
        raise InputError(
            f"the style is {texture.shape[1]}x{texture.shape[0]} px, smaller than a block of "
            f"{parameters.block} px; give a larger style, or set block to at most {least}"
        )
    watch, started = task.watch or (lambda done, cost: None), time.perf_counter()
    made = lay(
        texture,
        height,
        width,
        parameters.block,
        parameters.placement,
        parameters.randomness,
        parameters.refinements,
        np.random.default_rng(task.seed),
    )
    costs, seconds = [], []
    for picture, cost in made:
        image = torch.from_numpy(picture).permute(2, 0, 1)[None].contiguous()
        costs.append(cost)
        seconds.append(time.perf_counter() - started)
        watch(len(costs), cost)
    trace = torch.tensor(costs)[:, None]
    return Outcome(image, (), trace, trace[-1], seconds, rejected_steps=0)


METHOD = Method(
    id="kwatra2003",
    title="Graph cuts: patches of the style joined along seams of least cost",
    source="Kwatra, Schödl, Essa, Turk and Bobick 2003, Graphcut textures",
    parameters=GraphCutParameters,
    presets={"sub-patch": SUB_PATCH, "entire": ENTIRE},
    default_preset="sub-patch",
    stylize=stylize,
    for_cpu=True,
)
