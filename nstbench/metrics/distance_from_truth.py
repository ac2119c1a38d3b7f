"""SSIMt, DE00t, LPIPSt, Ct: how far the result is from what a perfect transfer would have given."""

from dataclasses import replace

from nstbench.metrics.base import Metric, NotMeasuredError, Sighted, Trial, by_every_judge
from nstbench.metrics.content_distance import content_distance
from nstbench.metrics.judges import Judge
from nstbench.metrics.perceptual_similarity import learned_perceptual_distance
from nstbench.metrics.pixels import mean_colour_difference, rgb
from nstbench.metrics.structural_similarity import structural_similarity_to_content


def similarity_to_truth(trial: Trial) -> float:
    """`SSIM` with the truth in place of the content; 1 for the truth itself."""
    return structural_similarity_to_content(_truth_as_content(trial))


def colour_difference_from_truth(trial: Trial) -> float:
    """Mean over pixels of CIEDE2000; 0 for the truth itself."""
    return mean_colour_difference(rgb(trial.result), rgb(_truth(trial)))


def perceptual_distance_from_truth(trial: Trial) -> float:
    """`LPIPS` with the truth in place of the content; 0 for the truth itself, rarely above 1."""
    return learned_perceptual_distance(_truth_as_content(trial))


def content_distance_from_truth(trial: Trial, judge: Judge) -> float:
    """|F(x) - F(t)|^2 / |F(t)|^2 at the judge's content layer; 0 for the truth t itself, unbounded above."""
    return content_distance(_truth_as_content(trial), judge)


def _truth_as_content(trial: Trial) -> Trial:
    """For metrics that compare with the content."""
    return replace(trial, content=_truth(trial))


def _truth(trial: Trial) -> Sighted:
    if trial.truth is None:
        raise NotMeasuredError("no truth is known for this pair")
    return trial.truth


METRICS = (
    Metric("SSIMt", "similarity to the truth", "truth", "higher", similarity_to_truth, main=True),
    Metric(
        "DE00t",
        "colour difference from the truth",
        "truth",
        "lower",
        colour_difference_from_truth,
        main=True,
    ),
    Metric("LPIPSt", "perceptual distance from the truth", "truth", "lower", perceptual_distance_from_truth),
    *by_every_judge("Ct", "content distance from the truth", "truth", content_distance_from_truth),
)
