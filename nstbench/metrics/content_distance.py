"""C: how far the result's activations are from the content's."""

from typing import TYPE_CHECKING

from nstbench.metrics.base import EvaluatedImage, ImageLike, in_every_space
from nstbench.metrics.feature_spaces import DEFAULT, FeatureSpace

if TYPE_CHECKING:
    from torch import Tensor


def content_distance(result: ImageLike, content: ImageLike, space: FeatureSpace = DEFAULT) -> float:
    """|F(x) - F(c)|^2 / |F(c)|^2 at the content layer; 0 for the content itself, unbounded above.

    Parameters
    ----------
    result, content : Tensor or EvaluatedImage
        (1, 3, H, W), RGB in [0, 1]; x and c.
    space : FeatureSpace
        The network and its content layer.

    Returns
    -------
    float
        From 0. Lower is closer.

    References
    ----------
    Gatys, Ecker and Bethge 2016, "Image style transfer using convolutional neural networks", eq. 1, here
    relative to the content so that layers and networks compare.
    """
    found, wanted = (
        EvaluatedImage.of(image).features(space.backbone)[space.content_layer] for image in (result, content)
    )
    return relative_distance(found, wanted)


def relative_distance(found: "Tensor", wanted: "Tensor") -> float:
    """Compute |found - wanted|^2 / |wanted|^2.

    Parameters
    ----------
    found : Tensor
        Of any shape.
    wanted : Tensor
        Of the same shape.

    Returns
    -------
    float
        0 where both are equal, unbounded above.
    """
    return float((found - wanted).square().sum() / wanted.square().sum())


METRICS = in_every_space("C", "content distance", "content", content_distance, "content")
