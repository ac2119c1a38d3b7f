"""S, S2_lite to S16_lite, Sch_lite: how far Gram matrices are from the style's.

At all style layers together, at each alone, and chained from each layer to the next.
"""

import itertools
from functools import partial
from statistics import fmean
from typing import TYPE_CHECKING

from nstbench.metrics.base import EvaluatedImage, ImageLike, Metric, in_every_space
from nstbench.metrics.content_distance import relative_distance
from nstbench.metrics.feature_spaces import DEFAULT, INDEPENDENT, FeatureSpace

if TYPE_CHECKING:
    from torch import Tensor


def style_distance(result: ImageLike, style: ImageLike, space: FeatureSpace = DEFAULT) -> float:
    """Mean over the style layers of |G(x) - G(s)|^2 / |G(s)|^2, each G divided by its positions.

    Parameters
    ----------
    result, style : Tensor or EvaluatedImage
        (1, 3, H, W), RGB in [0, 1]; x and s, of any sizes.
    space : FeatureSpace
        The network and its style layers.

    Returns
    -------
    float
        From 0. Lower is closer.

    References
    ----------
    Gatys, Ecker and Bethge 2015, "A neural algorithm of artistic style", eqs. 3 to 5, here relative to the
    style so that layers and networks compare.
    """
    # Relative to the size of the entries, so that layers with large ones do not decide alone.
    return fmean(_distance_at(result, style, space.backbone, layer) for layer in space.style_layers)


def style_distance_at(result: ImageLike, style: ImageLike, layer: str) -> float:
    """|G(x) - G(s)|^2 / |G(s)|^2 at one layer of EfficientNet-Lite0, each G divided by its positions.

    0 for the style itself.

    Parameters
    ----------
    result, style : Tensor or EvaluatedImage
        (1, 3, H, W), RGB in [0, 1]; x and s, of any sizes.
    layer : str
        One of the style layers, such as "stride4".

    Returns
    -------
    float
        From 0. Lower is closer.
    """
    return _distance_at(result, style, INDEPENDENT.backbone, layer)


def chained_style_distance(result: ImageLike, style: ImageLike) -> float:
    """Mean over the three pairs of neighbouring style layers of |C(x) - C(s)|^2 / |C(s)|^2; 0 for the style.

    C is the chained Gram matrix divided by its positions.

    Parameters
    ----------
    result, style : Tensor or EvaluatedImage
        (1, 3, H, W), RGB in [0, 1]; x and s, of any sizes. EfficientNet-Lite0 is the network.

    Returns
    -------
    float
        From 0. Lower is closer.

    References
    ----------
    Novak and Nikulin 2016, "Improving the neural algorithm of artistic style", for the chained matrices.
    """
    from nstbench.losses.chained_gram import chained_gram

    def chained(image: ImageLike, shallow: str, deep: str) -> "Tensor":
        own = EvaluatedImage.of(image)
        maps = own.features(INDEPENDENT.backbone)
        return own.once(("chained gram", shallow, deep), lambda: chained_gram(maps[shallow], maps[deep]))

    return fmean(
        relative_distance(chained(result, *layers), chained(style, *layers))
        for layers in itertools.pairwise(INDEPENDENT.style_layers)
    )


def gram_of(image: EvaluatedImage, backbone: str, layer: str) -> "Tensor":
    """Compute the Gram matrix of a layer, once per image.

    Parameters
    ----------
    image : EvaluatedImage
        Of any size.
    backbone : str
        The network's id.
    layer : str
        One of its layers.

    Returns
    -------
    Tensor
        (1, N, N), divided by the number of positions.
    """
    from nstbench.losses.gram import gram

    return image.once(("gram", backbone, layer), lambda: gram(image.features(backbone)[layer]))


def _distance_at(result: ImageLike, style: ImageLike, backbone: str, layer: str) -> float:
    found, wanted = (gram_of(EvaluatedImage.of(image), backbone, layer) for image in (result, style))
    return relative_distance(found, wanted)


METRICS = (
    *(
        Metric(
            f"S{layer.removeprefix('stride')}_lite",
            f"style distance at {layer} by EfficientNet-Lite0",
            "style",
            "lower",
            partial(style_distance_at, layer=layer),
            "style",
            INDEPENDENT.backbone,
        )
        for layer in INDEPENDENT.style_layers
    ),
    Metric(
        "Sch_lite",
        "style distance between layers by EfficientNet-Lite0",
        "style",
        "lower",
        chained_style_distance,
        "style",
        INDEPENDENT.backbone,
    ),
    *in_every_space("S", "style distance", "style", style_distance, "style"),
)
