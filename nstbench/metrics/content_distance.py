"""C: how far the result's activations are from the content's."""

from nstbench.metrics.base import CONTENT_LAYER, OPTIMISED_JUDGE, Metric, Trial


def content_distance(trial: Trial) -> float:
    """|F(x) - F(c)|^2 / |F(c)|^2 at relu4_2; 0 for the content itself, not bounded above."""
    found, wanted = trial.result.features[CONTENT_LAYER], trial.content.features[CONTENT_LAYER]
    return float((found - wanted).square().sum() / wanted.square().sum())


METRIC = Metric("C", "content distance at relu4_2", "lower", content_distance, OPTIMISED_JUDGE)
