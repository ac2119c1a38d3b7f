"""Sch_vgg16: how far the chained Gram matrices of neighbouring style layers are from the style's."""

import itertools
from statistics import fmean
from typing import TYPE_CHECKING

from nstbench.metrics.base import Metric, Sighted, Trial
from nstbench.metrics.judges import SECOND

if TYPE_CHECKING:
    from torch import Tensor


def chained_style_distance(trial: Trial) -> float:
    """Mean over the four pairs of neighbouring style layers of |C(x) - C(s)|^2 / |C(s)|^2, C the chained Gram
    matrix divided by its positions; 0 for the style."""
    return fmean(_distance(trial, *layers) for layers in itertools.pairwise(SECOND.style_layers))


def _distance(trial: Trial, shallow: str, deep: str) -> float:
    found, wanted = (_chained(side, shallow, deep) for side in (trial.result, trial.style))
    return float((found - wanted).square().sum() / wanted.square().sum())


def _chained(side: Sighted, shallow: str, deep: str) -> "Tensor":
    """(1, N, K), computed once per picture."""
    from nstbench.losses.chained_gram import chained_gram

    maps = side.features(SECOND.backbone)
    return side.once(("chained gram", shallow, deep), lambda: chained_gram(maps[shallow], maps[deep]))


METRICS = (
    Metric(
        "Sch_vgg16",
        "style distance between layers by VGG-16",
        "style",
        "lower",
        chained_style_distance,
        SECOND.backbone,
    ),
)
