"""Frames of a video in their order, each in keeping with the one before.

The optical flow between the frames as they were says where each point of a frame was before. There, and as
far as the flow can be trusted, a method that descends starts from the frame before, warped, and a temporal
loss holds it to it. What makes its picture in one pass is drawn towards the warped frame afterwards, as far
as the same loss asks for it (Huang et al. 2017 train a network by it instead).
"""

from dataclasses import replace
from typing import cast

import torch
from torch import Tensor

from nstbench.core.errors import InputError
from nstbench.images.optical_flow import consistency, optical_flow, warped
from nstbench.losses.objective import IMAGE, Objective, Term
from nstbench.losses.temporal import TemporalLoss, blended
from nstbench.methods.base import DescentParameters, Method, Task
from nstbench.methods.colour.preservation import stylize as preserving_colour
from nstbench.methods.descent import descend, open_backbone, start_image
from nstbench.methods.gatys2015.parameters import GatysParameters
from nstbench.optim.lockstep import finish
from nstbench.optim.loop import Outcome

# Of the temporal loss in an objective, by trial: ten times as much gains a tenth and costs a tenth of style.
DESCENT_WEIGHT = 300.0
# Beside a finished picture, at 1: a pixel is two parts the frame before and one part its own. More blurs.
BLEND_WEIGHT = 2.0
# Evaluations of a frame that starts from the one before, of the first one's; Ruder et al. halve them too.
LATER_SHARE = 0.5


class Sequence:
    """Stylize frames one after the other.

    Parameters
    ----------
    method
        What makes a picture of a frame.
    strength
        How much frames keep to the ones before: a factor of the temporal loss's weight; 0 makes each frame
        by itself.
    before
        The frame to go on after, as it was and as it was stylized, each (1, 3, H, W); None for the first.

    Attributes
    ----------
    before : tuple of Tensor or None
        The last frame, as it was and as it was stylized, before its colours were restored.

    Raises
    ------
    InputError
        Unless the strength is a number from 0 to 1000.

    References
    ----------
    Ruder, Dosovitskiy and Brox 2016, arXiv:1604.08610, sections 3 and 4.1.
    """

    def __init__(
        self, method: Method, strength: float = 1.0, before: tuple[Tensor, Tensor] | None = None
    ) -> None:
        if not 0 <= strength <= 1000:
            raise InputError(
                f"consistency {strength!r} is out of range; allowed: 0 (none) to 1000, usually 1"
            )
        self.method = method
        self.strength = strength
        self.before = before
        self._backbone: object = None

    def stylize(self, task: Task) -> Outcome:
        """Stylize the next frame.

        Parameters
        ----------
        task
            The frame as content and the style, (1, 3, H, W), RGB in [0, 1], and how; frames are of one size.

        Returns
        -------
        Outcome
            Of the method.

        Raises
        ------
        InputError
            As the method does.
        """
        made: list[Tensor] = []
        target, trust = self._kept(task.content)

        async def in_keeping(inner: Task) -> Outcome:
            if target is None or trust is None:
                outcome = await self.method.outcome(inner)
            elif self.method.terms_of is None:
                outcome = await self.method.outcome(inner)
                image = blended(outcome.image, target, trust, BLEND_WEIGHT * self.strength)
                outcome = replace(outcome, image=image)
            else:
                outcome = await self._descended(inner, target, trust)
            made.append(outcome.image)
            return outcome

        if target is not None and isinstance(task.parameters, DescentParameters):
            task = replace(task, parameters=_of_a_later_frame(task.parameters))
        if self.method.terms_of is not None:
            # Held, so that the next frame need not load it again.
            self._backbone = open_backbone(_descending(task))
        outcome = finish(preserving_colour(replace(self.method, stylize=in_keeping), task))
        self.before = task.content, made[-1]
        return outcome

    def _kept(self, frame: Tensor) -> tuple[Tensor, Tensor] | tuple[None, None]:
        """The frame before at the places of this one, and where it shows the same; None for the first."""
        if self.before is None or self.strength == 0:
            return None, None
        content, image = self.before
        flow = optical_flow(frame, content)
        return warped(image, flow), consistency(flow, optical_flow(content, frame))

    async def _descended(self, given: Task, target: Tensor, trust: Tensor) -> Outcome:
        task = _descending(given)
        assert self.method.terms_of is not None
        backbone = open_backbone(task)
        temporal = Term("temporal", DESCENT_WEIGHT * self.strength, (IMAGE,), TemporalLoss(target, trust))
        start = torch.lerp(start_image(given, task.parameters.init), target, trust)
        objective = Objective(backbone, [*self.method.terms_of(given, backbone), temporal])
        return await descend(replace(task, start=start), backbone, objective)


def _descending(task: Task) -> Task[GatysParameters]:
    """The same task: whoever has `terms_of` descends with parameters of this kind."""
    return cast(Task[GatysParameters], task)


def _of_a_later_frame(parameters: DescentParameters) -> DescentParameters:
    """Fewer evaluations, at the last size only: larger strokes come with the frame before."""
    changes = {"evaluations": max(1, round(parameters.evaluations * LATER_SHARE))}
    if getattr(parameters, "scales", 1) > 1:
        changes["scales"] = 1
    return type(parameters).derived_from(parameters, **changes)
