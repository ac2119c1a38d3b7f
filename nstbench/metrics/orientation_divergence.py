"""ORI: whether strokes and shapes run as the style's do."""

import numpy as np
from numpy.typing import NDArray

from nstbench.metrics.base import ImageLike, Metric, NotMeasuredError
from nstbench.metrics.pixels import FLAT, luma_gradient

BINS = 36
# Part of the weight that is spread evenly over all bins, which keeps the divergence below 8.2.
FLOOR = 0.01


def orientation_divergence(result: ImageLike, style: ImageLike) -> float:
    """Kullback-Leibler divergence, in nats, of the histogram of gradient orientations from the style's.

    0 for equal histograms.

    Parameters
    ----------
    result, style : Tensor or EvaluatedImage
        (1, 3, H, W), RGB in [0, 1]; of any sizes.

    Returns
    -------
    float
        In [0, 8.2]. Lower is closer.

    Raises
    ------
    NotMeasuredError
        Where one of them has no edges.

    Notes
    -----
    Orientations are those of the luma's gradient (Gaussian derivative, 1.5 px) without its sign, weighted
    by its magnitude, in 36 bins centred on multiples of 5 degrees; 1 % of the weight is even.
    """
    found, wanted = (_histogram(image) for image in (result, style))
    return float((found * np.log(found / wanted)).sum())


def _histogram(image: ImageLike) -> NDArray[np.float64]:
    down, right = luma_gradient(image)
    magnitude = np.hypot(down, right)
    if magnitude.max() < FLAT:
        raise NotMeasuredError("a picture without edges has no orientations")
    turns = (np.arctan2(down, right) / np.pi + 0.5 / BINS) % 1
    weights, _ = np.histogram(turns, BINS, (0, 1), weights=magnitude)
    histogram: NDArray[np.float64] = (1 - FLOOR) * weights / weights.sum() + FLOOR / BINS
    return histogram


METRICS = (
    Metric("ORI", "orientations unlike the style's", "style", "lower", orientation_divergence, "style"),
)
