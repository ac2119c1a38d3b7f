"""What is done to the pictures before a method, and to its result afterwards.

Either only luminance is transferred and the content's chroma stays, or the style is given the content's
colours first.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from torch import Tensor

from nstbench.images.colour_spaces import luma
from nstbench.methods.base import Method, Task
from nstbench.methods.colour.linear_matching import (
    cholesky,
    image_analogies,
    symmetric,
    with_moments_of,
)
from nstbench.methods.colour.luminance_matching import (
    as_it_is,
    with_histogram_of,
    with_mean_and_deviation_of,
    with_mean_of,
)
from nstbench.optim.loop import Outcome, Show

Stylize = Callable[[Task], Outcome]
Matching = Callable[[Tensor, Tensor], Tensor]

LUMINANCE_MATCHINGS: Mapping[str, Matching] = {
    "luminance": as_it_is,
    "luminance-mean": with_mean_of,
    "luminance-mean-std": with_mean_and_deviation_of,
    "histogram": with_histogram_of,
}
COLOUR_MATCHINGS: Mapping[str, Matching] = {
    "cholesky": partial(with_moments_of, transform=cholesky),
    "image-analogies": partial(with_moments_of, transform=image_analogies),
    "symmetric": partial(with_moments_of, transform=symmetric),
}
# A pixel counts as clipped when it lies further outside [0, 1] than rounding to 8 bits moves it.
HALF_A_GREY_LEVEL = 0.5 / 255


def stylize(method: Method, task: Task) -> Outcome:
    """What `method` makes of `task`, with the content's colours where the parameters ask for them.

    The shares of pixels that had to be clipped are then added to the facts.
    """
    mode = task.parameters.preserve_colour
    if mode == "none":
        return method.stylize(task)
    if mode in LUMINANCE_MATCHINGS:
        return on_luminance(method.stylize, task, LUMINANCE_MATCHINGS[mode])
    return with_colours_matched(method.stylize, task, COLOUR_MATCHINGS[mode])


def on_luminance(stylize: Stylize, task: Task, matching: Matching) -> Outcome:
    """The luminance of a transfer between grey pictures, with the content's I and Q of YIQ.

    What colour a method adds to grey pictures is dropped.
    """
    luminance = luma(task.content)
    style = matching(luminance, luma(task.style))
    recolour = partial(with_luminance_of, task.content)
    outcome = stylize(
        replace(
            task,
            content=_grey(luminance),
            style=_grey(style.clamp(0, 1)),
            others={
                name: _grey(matching(luminance, luma(other)).clamp(0, 1))
                for name, other in task.others.items()
            },
            show=task.show and _showing(recolour, task.show),
        )
    )
    image = recolour(outcome.image)
    facts = {**outcome.facts, "clipped_style": clipped(style), "clipped_result": clipped(image)}
    return replace(outcome, image=image, facts=facts)


def with_luminance_of(content: Tensor, image: Tensor) -> Tensor:
    """[Y of the image, I and Q of the content], both (1, 3, H, W), as RGB, not clipped.

    I and Q are differences of R, G and B, so they stay when the same is added to all three. Jain and
    Venkitachalam's code recombines pictures standardised for ImageNet, whose I and Q are others.
    """
    return content + luma(image.clamp(0, 1)) - luma(content)


def with_colours_matched(stylize: Stylize, task: Task, matching: Matching) -> Outcome:
    """The result with a style that has the content's colours."""
    style = matching(task.content, task.style)
    others = {name: matching(task.content, other).clamp(0, 1) for name, other in task.others.items()}
    outcome = stylize(replace(task, style=style.clamp(0, 1), others=others))
    return replace(outcome, facts={**outcome.facts, "clipped_style": clipped(style)})


def clipped(image: Tensor) -> float:
    """Share of the pixels of (1, C, H, W) with a channel outside [0, 1]."""
    outside = (image - image.clamp(0, 1)).abs() > HALF_A_GREY_LEVEL
    return outside.any(1).float().mean().item()


def _showing(recolour: Callable[[Tensor], Tensor], show: Show) -> Show:
    """The way to a result as the result is shown."""
    return lambda done, image: show(done, recolour(image))


def _grey(luminance: Tensor) -> Tensor:
    """(1, 1, H, W) as three equal channels."""
    return luminance.repeat(1, 3, 1, 1)
