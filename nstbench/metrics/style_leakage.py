"""LEAK: whether the style's layout was copied along with its style."""

from functools import partial
from statistics import fmean
from typing import TYPE_CHECKING

from nstbench.metrics.base import EvaluatedImage, ImageLike, Metric, NotMeasuredError
from nstbench.metrics.feature_spaces import DEFAULT, INDEPENDENT, FeatureSpace
from nstbench.metrics.pixels import resized

if TYPE_CHECKING:
    from torch import Tensor

# Places a side at which layouts are compared, whatever the size of the picture.
GRID = 16
# Flips, turns by 180 and +-90 degrees, and circular shifts by half of the width, of the height, of both.
TRANSFORMS = (
    lambda image: image.flip(-1),
    lambda image: image.flip(-2),
    lambda image: image.flip(-2, -1),
    lambda image: image.rot90(1, (-2, -1)),
    lambda image: image.rot90(-1, (-2, -1)),
    lambda image: image.roll(image.shape[-1] // 2, -1),
    lambda image: image.roll(image.shape[-2] // 2, -2),
    lambda image: image.roll((image.shape[-2] // 2, image.shape[-1] // 2), (-2, -1)),
)


def style_leakage(result: ImageLike, style: ImageLike, space: FeatureSpace = DEFAULT) -> float:
    """r(F(x), F(s)) less the mean of r(F(x), F(t s)) over eight transforms t of the style; in [-2, 2].

    It is above 0 where the style's own layout shows.

    Parameters
    ----------
    result, style : Tensor or EvaluatedImage
        (1, 3, H, W), RGB in [0, 1]; x and s. The style is resized to the result.
    space : FeatureSpace
        The network and its content layer, F.

    Returns
    -------
    float
        In [-2, 2]. Lower takes less from the style's layout.

    Raises
    ------
    NotMeasuredError
        Where features are the same everywhere.

    Notes
    -----
    F is averaged to 16 x 16 and centred per channel; r is the correlation over all channels and places. The
    transforms are both flips, turns by 180 and +-90 degrees, and circular shifts by half of the width, of
    the height and of both.
    """
    own, other = EvaluatedImage.of(result), EvaluatedImage.of(style)

    def layouts() -> "list[Tensor]":
        """Of the style at the result's size, as it is and after each transform."""
        image = resized(other, own.size).image
        network = other.backbones[space.backbone]
        images = (image, *(transform(image) for transform in TRANSFORMS))
        return [_layout(network(each, [space.content_layer])[space.content_layer]) for each in images]

    found = _layout(own.features(space.backbone)[space.content_layer])
    plain, *moved = other.once(("layouts", space.backbone, *own.size), layouts)
    return float(found @ plain) - fmean(float(found @ each) for each in moved)


def _layout(features: "Tensor") -> "Tensor":
    """(1, N, H, W) to a vector of length 1 whose products are correlations."""
    from torch.nn.functional import adaptive_avg_pool2d

    pooled = adaptive_avg_pool2d(features, GRID)
    centred = (pooled - pooled.mean((-2, -1), keepdim=True)).flatten()
    length = centred.norm()
    if length == 0:
        raise NotMeasuredError("features that are the same everywhere have no layout")
    return centred.div(length)


METRICS = tuple(
    Metric(
        f"LEAK{space.suffix}",
        f"layout taken from the style {space.description}",
        "style",
        "lower",
        partial(style_leakage, space=space),
        "style",
        space.backbone,
        main=space is DEFAULT,
    )
    for space in (DEFAULT, INDEPENDENT)
)
