"""A metric of your own: how much of the result is saturated.

In the package a metric is a module of `nstbench/metrics/` that defines METRICS; then every table shows it and
runs that were scored are scored again.
"""

import nstbench
from nstbench.images.demo import demo_pair
from nstbench.metrics.base import EvaluatedImage, ImageLike, Metric


def saturated_share(result: ImageLike) -> float:
    """Share of pixels with a channel below 1 % or above 99 %, in [0, 1]."""
    image = EvaluatedImage.of(result).image  # (1, 3, H, W), RGB in [0, 1]
    return ((image < 0.01) | (image > 0.99)).any(1).float().mean().item()


# A metric that compares with the content says against="content"; its function takes the content as well.
METRIC = Metric("SAT", "share of saturated pixels", "noise", "lower", saturated_share)


def main(size: int = 192, evaluations: int = 30) -> None:
    content, style = demo_pair()
    result = nstbench.stylize(content, style, size=size, evaluations=evaluations)
    known = [metric for metric in nstbench.list_metrics() if metric.id in ("SSIM", "SWD")]
    scores = nstbench.score(result.picture, content, style, metrics=[METRIC, *known])
    for id, score in scores.items():
        print(f"{id:5} {score.value:.3f}  {score.title} ({score.better} is better)")


if __name__ == "__main__":
    main()
