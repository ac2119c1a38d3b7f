"""C: how far the result's activations are from the content's."""

from functools import partial

from nstbench.metrics.base import Metric, Trial
from nstbench.metrics.judges import HELD_OUT, JUDGES, Judge


def content_distance(trial: Trial, judge: Judge) -> float:
    """|F(x) - F(c)|^2 / |F(c)|^2 at the judge's content layer; 0 for the content itself, unbounded above."""
    found, wanted = (
        side.features(judge.backbone)[judge.content_layer] for side in (trial.result, trial.content)
    )
    return float((found - wanted).square().sum() / wanted.square().sum())


METRICS = tuple(
    Metric(
        f"C{judge.suffix}",
        f"content distance {judge.description}",
        "content",
        "lower",
        partial(content_distance, judge=judge),
        judge.backbone,
        main=judge is not HELD_OUT,
    )
    for judge in JUDGES
)
