"""S: how far the result's Gram matrices are from the style's."""

from functools import partial
from statistics import fmean

from nstbench.metrics.base import Metric, Trial
from nstbench.metrics.judges import HELD_OUT, JUDGES, Judge


def style_distance(trial: Trial, judge: Judge) -> float:
    """Mean over five style layers of |G(x) - G(s)|^2 / |G(s)|^2, each G divided by its positions."""
    return fmean(_relative(trial, judge.backbone, layer) for layer in judge.style_layers)


def _relative(trial: Trial, backbone: str, layer: str) -> float:
    from nstbench.statistics.gram import gram

    found, wanted = (gram(side.features(backbone)[layer]) for side in (trial.result, trial.style))
    return float((found - wanted).square().sum() / wanted.square().sum())


METRICS = tuple(
    Metric(
        f"S{judge.suffix}",
        f"style distance {judge.description}",
        "style",
        "lower",
        partial(style_distance, judge=judge),
        judge.backbone,
        main=judge is not HELD_OUT,
    )
    for judge in JUDGES
)
