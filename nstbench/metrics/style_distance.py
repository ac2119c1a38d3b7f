"""S: how far the result's Gram matrices are from the style's."""

from nstbench.metrics.base import OPTIMISED_JUDGE, STYLE_LAYERS, Metric, Trial


def style_distance(trial: Trial) -> float:
    """Mean over the five style layers of |G(x) - G(s)|^2 / |G(s)|^2, each G divided by its positions."""
    return sum(_relative(trial, layer) for layer in STYLE_LAYERS) / len(STYLE_LAYERS)


def _relative(trial: Trial, layer: str) -> float:
    from nstbench.statistics.gram import gram

    found, wanted = gram(trial.result.features[layer]), gram(trial.style.features[layer])
    return float((found - wanted).square().sum() / wanted.square().sum())


METRIC = Metric("S", "style distance over five Gram matrices", "lower", style_distance, OPTIMISED_JUDGE)
