"""S: how far the result's Gram matrices are from the style's."""

from statistics import fmean

from nstbench.metrics.base import Trial, by_every_judge
from nstbench.metrics.judges import Judge


def style_distance(trial: Trial, judge: Judge) -> float:
    """Mean over five style layers of |G(x) - G(s)|^2 / |G(s)|^2, each G divided by its positions."""
    return fmean(_relative(trial, judge.backbone, layer) for layer in judge.style_layers)


def _relative(trial: Trial, backbone: str, layer: str) -> float:
    from nstbench.statistics.gram import gram

    found, wanted = (gram(side.features(backbone)[layer]) for side in (trial.result, trial.style))
    return float((found - wanted).square().sum() / wanted.square().sum())


METRICS = by_every_judge("S", "style distance", "style", style_distance)
