"""Image analogies with the style as the filtered example.

What the style was before it was filtered is a picture that the parameters name, the style smoothed, or the
style itself (texture transfer).
"""

import time
from typing import TYPE_CHECKING

from pydantic import Field, model_validator

from nstbench.methods.base import Method, Parameters, Task

if TYPE_CHECKING:
    from nstbench.optim.loop import Outcome


class AnalogyParameters(Parameters):
    """How the analogy is drawn.

    Parameters
    ----------
    levels
        Of the pyramids, at most; the coarsest has no side below 8 px.
    kappa
        Coherence, from 0: how readily a piece of the style is continued.
    weight
        Of the unfiltered pictures against the filtered ones, from 0.
    smoothing
        Sigma in pixels of the Gaussian by which the style becomes its unfiltered self; 0 leaves it as it is.
    unfiltered
        A picture of which the style is the filtered version, of the style's size, by name or file.
    """

    levels: int = Field(default=4, ge=1, le=8)
    kappa: float = Field(ge=0)
    weight: float = Field(ge=0)
    smoothing: float = Field(default=0.0, ge=0)
    unfiltered: str | None = None

    @model_validator(mode="after")
    def _one_unfiltered(self) -> "AnalogyParameters":
        if self.unfiltered and self.smoothing:
            raise ValueError("unfiltered and smoothing are both given; leave one of them out")
        return self

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

    def other_pictures(self) -> tuple[str, ...]:
        """The unfiltered example."""
        return (self.unfiltered,) if self.unfiltered else ()


# Section 4.1: artistic filters, the unfiltered example being the painting smoothed; kappa 2 to 25 for colour,
# in luminance, and the colours are those of the content. Weight and smoothing by eye.
FILTER = AnalogyParameters(kappa=2.0, weight=3.0, smoothing=2.0, preserve_colour="luminance-mean-std")
# Section 4.4: texture transfer, kappa 0.5 to 5 as in texture synthesis; the weight is left to the user.
TEXTURE = AnalogyParameters(kappa=1.0, weight=3.0)


def stylize(task: Task[AnalogyParameters]) -> "Outcome":
    """Make the picture that is to the content as the style is to its unfiltered self.

    Parameters
    ----------
    task
        Content and style (1, 3, H, W), RGB in [0, 1], on the CPU.

    Returns
    -------
    Outcome
        The finest level, and of each level the mean squared distance of the neighbourhoods chosen. The facts
        have the share of pixels that continue a neighbour's piece.

    Raises
    ------
    InputError
        When the unfiltered example has not the style's size.

    References
    ----------
    Hertzmann et al. 2001, sections 3 and 4.
    """
    import numpy as np
    import scipy.ndimage
    import torch

    from nstbench.core.errors import InputError
    from nstbench.images.colour_spaces import luma
    from nstbench.methods.colour.luminance_matching import match_mean_and_deviation
    from nstbench.methods.hertzmann2001.analogy import analogy
    from nstbench.methods.styles import CONTENT
    from nstbench.optim.loop import Outcome

    parameters, style = task.parameters, task.style
    if parameters.unfiltered:
        # Two pictures of one kind are compared in their colours.
        picture, unfiltered = task.content, task.others[parameters.unfiltered]
        if unfiltered.shape != style.shape:
            sizes = [f"{each.shape[3]}x{each.shape[2]} px" for each in (unfiltered, style)]
            raise InputError(
                f"the unfiltered picture is {sizes[0]} and the style {sizes[1]}; give two pictures that show "
                "the same at the same size"
            )
    else:
        # Section 3.4: others in their luminance, the style's brought to the content's mean and deviation.
        picture = luma(task.content)
        smooth = scipy.ndimage.gaussian_filter(luma(style).numpy(), (0, 0, *[parameters.smoothing] * 2))
        visible = task.visible.get(CONTENT)
        unfiltered = match_mean_and_deviation(picture, torch.from_numpy(smooth), visible)
    a, a_filtered, b = (
        np.ascontiguousarray(each[0].permute(1, 2, 0).numpy()) for each in (unfiltered, style, picture)
    )
    watch = task.watch or (lambda done, distance: None)
    started = time.perf_counter()
    made = analogy(a, a_filtered, b, parameters.levels, parameters.kappa, parameters.weight, watch)
    levels = [(*level, time.perf_counter() - started) for level in made]
    pictures, distances, coherent, seconds = zip(*levels, strict=True)
    image = torch.from_numpy(pictures[-1]).permute(2, 0, 1)[None].contiguous()
    trace = torch.tensor(distances)[:, None]
    facts = {"coherent_share": coherent[-1]}
    return Outcome(image, (), trace, trace[-1], list(seconds), rejected_steps=0, facts=facts)


METHOD = Method(
    id="hertzmann2001",
    title="Image analogies: texture transfer pixel by pixel, coarse to fine",
    source="Hertzmann, Jacobs, Oliver, Curless and Salesin 2001, Image analogies",
    parameters=AnalogyParameters,
    presets={"texture": TEXTURE, "filter": FILTER},
    default_preset="texture",
    stylize=stylize,
    for_cpu=True,
)
