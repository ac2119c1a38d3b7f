"""Any method with the content's colours kept, in the way that its parameter `preserve_colour` names.

Either only luminance is stylized and the content's chroma stays, or the style is given the content's colours
first.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from functools import partial

from torch import Tensor

from nstbench.images.colour_spaces import luma
from nstbench.methods.base import Method, P, Task
from nstbench.methods.colour.linear_matching import (
    Transform,
    cholesky,
    image_analogies,
    match_moments,
    symmetric,
)
from nstbench.methods.colour.luminance_matching import (
    match_histogram,
    match_mean,
    match_mean_and_deviation,
    unchanged,
)
from nstbench.methods.styles import CONTENT, STYLE
from nstbench.optim.loop import Outcome

Stylize = Callable[[Task[P]], Awaitable[Outcome]]
# From the luminances of content and style, and what of them is visible, to that of a style that fits.
LuminanceMatching = Callable[[Tensor, Tensor, Tensor | None, Tensor | None], Tensor]

# A pixel counts as clipped when it lies further outside [0, 1] than rounding to 8 bits moves it.
HALF_A_GREY_LEVEL = 0.5 / 255


async def stylize(method: Method[P], task: Task[P]) -> Outcome:
    """Stylize by a method, with the content's colours where the task's parameters ask for them.

    Parameters
    ----------
    method
        What is done in between.
    task
        Content and style (1, 3, H, W), RGB in [0, 1]; `task.parameters.preserve_colour` is "none" or one of
        STRATEGIES.

    Returns
    -------
    Outcome
        The method's. Where colours are kept, its facts also name the shares of pixels that had to be clipped.

    References
    ----------
    Gatys, Bethge, Hertzmann and Shechtman 2016, arXiv:1606.05897.
    """
    mode = task.parameters.preserve_colour
    if mode == "none":
        return await method.outcome(task)
    return await STRATEGIES[mode](method.outcome, task)


async def stylize_luminance(stylize: Stylize[P], task: Task[P], match: LuminanceMatching) -> Outcome:
    """Stylize grey pictures, and put the content's I and Q of YIQ back.

    What colour a method adds to grey pictures is dropped.

    Parameters
    ----------
    stylize
        The method.
    task
        Content and style (1, 3, H, W), RGB in [0, 1].
    match
        Brings the style's luminance, and those of further pictures, to the content's.

    Returns
    -------
    Outcome
        Its picture is not clipped; the facts say which shares of the grey style and of the picture lie
        outside [0, 1]. Pictures on the way are shown with their colours.

    References
    ----------
    Gatys et al. 2016, arXiv:1606.05897.
    """
    luminance = luma(task.content)
    visible = task.visible.get

    def grey(picture: Tensor) -> Tensor:
        return picture.clamp(0, 1).repeat(1, 3, 1, 1)

    style = match(luminance, luma(task.style), visible(CONTENT), visible(STYLE))
    show = task.show
    outcome = await stylize(
        replace(
            task,
            content=luminance.repeat(1, 3, 1, 1),
            style=grey(style),
            others={
                name: grey(match(luminance, luma(other), visible(CONTENT), visible(name)))
                for name, other in task.others.items()
            },
            show=show and (lambda done, image: show(done, with_luminance_of(task.content, image))),
        )
    )
    image = with_luminance_of(task.content, outcome.image)
    clipped = {"clipped_style": clipped_share(style), "clipped_result": clipped_share(image)}
    return replace(outcome, image=image, facts={**outcome.facts, **clipped})


async def stylize_with_matched_colours(stylize: Stylize[P], task: Task[P], transform: Transform) -> Outcome:
    """Stylize with a style that has the mean and the covariance of the content's colours.

    Parameters
    ----------
    stylize
        The method.
    task
        Content and style (1, 3, H, W), RGB in [0, 1].
    transform
        One of the maps of `linear_matching`.

    Returns
    -------
    Outcome
        The method's; the facts say which share of the matched style lies outside [0, 1].

    References
    ----------
    Gatys et al. 2016, arXiv:1606.05897.
    """

    def matched(style: Tensor, name: str) -> Tensor:
        visible = task.visible.get
        return match_moments(task.content, style, transform, visible(CONTENT), visible(name))

    style = matched(task.style, STYLE)
    others = {name: matched(other, name).clamp(0, 1) for name, other in task.others.items()}
    outcome = await stylize(replace(task, style=style.clamp(0, 1), others=others))
    return replace(outcome, facts={**outcome.facts, "clipped_style": clipped_share(style)})


STRATEGIES: Mapping[str, Callable[..., Awaitable[Outcome]]] = {
    "luminance": partial(stylize_luminance, match=unchanged),
    "luminance-mean": partial(stylize_luminance, match=match_mean),
    "luminance-mean-std": partial(stylize_luminance, match=match_mean_and_deviation),
    "histogram": partial(stylize_luminance, match=match_histogram),
    "cholesky": partial(stylize_with_matched_colours, transform=cholesky),
    "image-analogies": partial(stylize_with_matched_colours, transform=image_analogies),
    "symmetric": partial(stylize_with_matched_colours, transform=symmetric),
}


def with_luminance_of(content: Tensor, image: Tensor) -> Tensor:
    """A content with the luminance of another picture: [Y of the image, I and Q of the content], as RGB.

    I and Q are differences of R, G and B, so they stay when the same is added to all three. Jain and
    Venkitachalam's code recombines pictures standardised for ImageNet, whose I and Q are others.

    Parameters
    ----------
    content
        (1, 3, H, W), RGB in [0, 1].
    image
        (1, 3, H, W), RGB; clipped to [0, 1].

    Returns
    -------
    Tensor
        (1, 3, H, W), not clipped.
    """
    return content + luma(image.clamp(0, 1)) - luma(content)


def clipped_share(image: Tensor) -> float:
    """How much of an image is lost when it is clipped to [0, 1].

    Parameters
    ----------
    image
        (1, C, H, W).

    Returns
    -------
    float
        Share of the pixels with a channel outside [0, 1], by more than half a grey level of 8 bits.
    """
    outside = (image - image.clamp(0, 1)).abs() > HALF_A_GREY_LEVEL
    return outside.any(1).float().mean().item()
