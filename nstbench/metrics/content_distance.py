"""C: how far the result's activations are from the content's."""

from nstbench.metrics.base import Trial, by_every_judge
from nstbench.metrics.judges import Judge


def content_distance(trial: Trial, judge: Judge) -> float:
    """|F(x) - F(c)|^2 / |F(c)|^2 at the judge's content layer; 0 for the content itself, unbounded above."""
    found, wanted = (
        side.features(judge.backbone)[judge.content_layer] for side in (trial.result, trial.content)
    )
    return float((found - wanted).square().sum() / wanted.square().sum())


METRICS = by_every_judge("C", "content distance", "content", content_distance)
