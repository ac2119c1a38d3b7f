"""LEAK: whether the style's layout was copied along with its style."""

from functools import partial
from statistics import fmean
from typing import TYPE_CHECKING

from nstbench.metrics.base import Metric, NotMeasuredError, Sighted, Trial
from nstbench.metrics.judges import DEFAULT, SECOND, Judge
from nstbench.metrics.resizing import resized

if TYPE_CHECKING:
    from torch import Tensor

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


def layout_leak(trial: Trial, judge: Judge) -> float:
    """r(F(x), F(s)) less the mean of r(F(x), F(t s)) over eight transforms t of the style; in [-2, 2], above
    0 where the style's own layout shows.

    F is the judge's content layer, averaged to 16 x 16 and centred per channel; r is the correlation over all
    channels and places. The style is resized to the result. The transforms are both flips, turns by 180
    and +-90 degrees, and circular shifts by half of the width, of the height and of both.
    """
    found = _layout(trial.result.features(judge.backbone)[judge.content_layer])
    height, width = trial.result.image.shape[-2:]
    plain, *moved = trial.style.once(
        ("layouts", judge.backbone, height, width),
        lambda: _style_layouts(trial.style, judge, (height, width)),
    )
    return float(found @ plain) - fmean(float(found @ other) for other in moved)


def _style_layouts(style: Sighted, judge: Judge, size: tuple[int, int]) -> "list[Tensor]":
    """Layouts of the style at `size`, as it is and after each transform."""
    image = resized(style, size).image
    network = style.judges[judge.backbone]
    images = (image, *(transform(image) for transform in TRANSFORMS))
    return [_layout(network(each, [judge.content_layer])[judge.content_layer]) for each in images]


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
        f"LEAK{judge.suffix}",
        f"layout taken from the style {judge.description}",
        "style",
        "lower",
        partial(layout_leak, judge=judge),
        judge.backbone,
        main=judge is DEFAULT,
    )
    for judge in (DEFAULT, SECOND)
)
