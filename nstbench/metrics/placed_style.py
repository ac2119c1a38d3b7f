"""HALVES: whether what the halves of a style have lies in the same halves of the result."""

from statistics import fmean
from typing import TYPE_CHECKING

from nstbench.metrics.base import EvaluatedImage, ImageLike, Metric
from nstbench.metrics.feature_spaces import INDEPENDENT

if TYPE_CHECKING:
    from torch import Tensor

LAYERS = ("stride2", "stride4")
# In the place of 0 where both distances are.
TINY = 1e-12


def style_in_its_half(result: ImageLike, style: ImageLike) -> float:
    """Mean over the left and the right half of the result of d(other) / (d(own) + d(other)); in [0, 1].

    d is the squared distance of the half's Gram matrix from that of a half of the style, its own or the other
    one, relative to the squares of both, summed over strides 2 and 4 of EfficientNet-Lite0. It is 1 for the
    style itself, and 0.5 where a half is as near to one half of the style as to the other: what they have is
    averaged out.

    Parameters
    ----------
    result, style : Tensor or EvaluatedImage
        (1, 3, H, W), RGB in [0, 1]; of any sizes.

    Returns
    -------
    float
        In [0, 1]. Lower takes less from the style's layout.
    """
    found, wanted = (_halves(EvaluatedImage.of(image)) for image in (result, style))
    shares = []
    for place in (0, 1):
        own, other = (
            sum(
                float((mine[place] - its[half]).square().sum() / its.square().sum())
                for mine, its in zip(found, wanted, strict=True)
            )
            for half in (place, 1 - place)
        )
        shares.append((other + TINY) / (own + other + 2 * TINY))
    return fmean(shares)


def _halves(image: EvaluatedImage) -> "list[Tensor]":
    """(2, N, N) for each layer: the Gram matrices of the left and of the right half, by their positions."""
    from torch import stack

    from nstbench.losses.gram import gram

    found = []
    for layer in LAYERS:
        maps = image.features(INDEPENDENT.backbone)[layer]
        middle = maps.shape[-1] // 2
        found.append(stack([gram(half)[0] for half in (maps[..., :middle], maps[..., -middle:])]))
    return found


METRICS = (
    Metric(
        "HALVES",
        "the style's halves in their places by EfficientNet-Lite0",
        "style",
        "lower",
        style_in_its_half,
        "style",
        INDEPENDENT.backbone,
    ),
)
