"""SSIMt, DE00t, LPIPSt, Ct: how far the result is from what a perfect transfer would have given."""

from nstbench.metrics.base import ImageLike, Metric, in_every_space
from nstbench.metrics.content_distance import content_distance
from nstbench.metrics.perceptual_similarity import lpips
from nstbench.metrics.pixels import mean_colour_difference, rgb
from nstbench.metrics.structural_similarity import ssim


def colour_difference(result: ImageLike, truth: ImageLike) -> float:
    """Mean over pixels of CIEDE2000; 0 for the truth itself.

    Parameters
    ----------
    result, truth : Tensor or EvaluatedImage
        (1, 3, H, W), RGB in [0, 1].

    Returns
    -------
    float
        In units of Delta E, from 0 to about 118. Lower is closer.

    References
    ----------
    Luo, Cui and Rigg 2001, "The development of the CIE 2000 colour-difference formula: CIEDE2000".
    """
    return mean_colour_difference(rgb(result), rgb(truth))


METRICS = (
    Metric(
        "SSIMt",
        "similarity to the truth",
        "truth",
        "higher",
        ssim,
        "truth",
        main=True,
        words="`SSIM` with the truth in place of the content; 1 for the truth itself.",
    ),
    Metric(
        "DE00t", "colour difference from the truth", "truth", "lower", colour_difference, "truth", main=True
    ),
    Metric(
        "LPIPSt",
        "perceptual distance from the truth",
        "truth",
        "lower",
        lpips,
        "truth",
        words="`LPIPS` with the truth in place of the content; 0 for the truth itself, rarely above 1.",
    ),
    *in_every_space(
        "Ct",
        "content distance from the truth",
        "truth",
        content_distance,
        "truth",
        words="|F(x) - F(t)|^2 / |F(t)|^2 at the content layer; 0 for the truth t itself, unbounded above.",
    ),
)
