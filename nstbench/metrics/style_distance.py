"""S: how far the result's Gram matrices are from the style's."""

from statistics import fmean
from typing import TYPE_CHECKING

from nstbench.metrics.base import Sighted, Trial, by_every_judge
from nstbench.metrics.judges import Judge

if TYPE_CHECKING:
    from torch import Tensor


def style_distance(trial: Trial, judge: Judge) -> float:
    """Mean over five style layers of |G(x) - G(s)|^2 / |G(s)|^2, each G divided by its positions."""
    return fmean(relative_distance(trial, judge.backbone, layer) for layer in judge.style_layers)


def relative_distance(trial: Trial, backbone: str, layer: str) -> float:
    """|G(x) - G(s)|^2 / |G(s)|^2 at a layer of a judge."""
    found, wanted = (gram_of(side, backbone, layer) for side in (trial.result, trial.style))
    return float((found - wanted).square().sum() / wanted.square().sum())


def gram_of(side: Sighted, backbone: str, layer: str) -> "Tensor":
    """(1, N, N): of a judge's layer, computed once per picture."""
    from nstbench.losses.gram import gram

    return side.once(("gram", backbone, layer), lambda: gram(side.features(backbone)[layer]))


METRICS = by_every_judge("S", "style distance", "style", style_distance)
