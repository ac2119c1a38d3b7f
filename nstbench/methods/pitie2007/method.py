"""The linear map of colours that gives a picture the style's mean and covariance and moves them least."""

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from nstbench.methods.base import Method, Parameters, StyleShares, Task

if TYPE_CHECKING:
    from nstbench.optim.loop import Outcome


class ColourParameters(Parameters):
    """How much of which styles' colours.

    Parameters
    ----------
    strength
        From 0, the content as it is, to 1.
    blend
        Further styles with their shares; the style itself has the rest of 1.
    preserve_colour
        "none": the content's colours are what is changed.
    """

    strength: float = Field(default=1.0, ge=0, le=1)
    blend: StyleShares = Field(default={})
    preserve_colour: Literal["none"] = "none"

    def other_pictures(self) -> tuple[str, ...]:
        """The further styles."""
        return tuple(self.blend)


def stylize(task: Task[ColourParameters]) -> "Outcome":
    """Give the content, or parts of it, the mean and the covariance of a style's colours.

    Parameters
    ----------
    task
        Its `others` are the further styles of `blend` and of regions.

    Returns
    -------
    Outcome
        Its picture is clipped to [0, 1]; there is no loss. The facts say which share of it had to be.

    References
    ----------
    Pitié and Kokaram 2007, section 4.
    """
    import time
    from dataclasses import replace

    import torch

    from nstbench.methods.colour.linear_matching import match_moments, symmetric
    from nstbench.methods.colour.preservation import clipped_share
    from nstbench.methods.styles import CONTENT, styles_of
    from nstbench.optim.loop import lossless

    started, parameters, content = time.perf_counter(), task.parameters, task.content
    change = torch.zeros_like(content)
    for style in styles_of(task, parameters.blend):
        part = style.region if style.region is not None else task.visible.get(CONTENT)
        moved = match_moments(style.picture, content, symmetric, style.visible, part)
        where = 1.0 if style.region is None else style.region
        change += style.share * where * (moved - content)
    image = content + parameters.strength * change
    outcome = lossless(image.clamp(0, 1), time.perf_counter() - started)
    return replace(outcome, facts={"clipped_result": clipped_share(image)})


METHOD = Method(
    id="pitie2007",
    title="Colour transfer: the style's colours and nothing else",
    source="Pitié and Kokaram 2007, The linear Monge-Kantorovitch linear colour mapping",
    parameters=ColourParameters,
    presets={"default": ColourParameters()},
    default_preset="default",
    stylize=stylize,
    knows_regions=True,
)
