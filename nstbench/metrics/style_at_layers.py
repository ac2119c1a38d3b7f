"""S1_vgg16 to S5_vgg16: how far the Gram matrices of a single layer are from the style's."""

from functools import partial

from nstbench.metrics.base import Metric, Trial
from nstbench.metrics.judges import SECOND
from nstbench.metrics.style_distance import relative_distance


def style_distance_at(trial: Trial, layer: str) -> float:
    """|G(x) - G(s)|^2 / |G(s)|^2 at one layer of VGG-16, each G divided by its positions; 0 for the style."""
    return relative_distance(trial, SECOND.backbone, layer)


METRICS = tuple(
    Metric(
        f"S{number}_vgg16",
        f"style distance at {layer} by VGG-16",
        "style",
        "lower",
        partial(style_distance_at, layer=layer),
        SECOND.backbone,
    )
    for number, layer in enumerate(SECOND.style_layers, 1)
)
