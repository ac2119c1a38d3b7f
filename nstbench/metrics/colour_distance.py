"""COLs, COLc: how far the palette is from the style's and from the content's."""

from functools import partial

import numpy as np
from numpy.typing import NDArray

from nstbench.metrics.base import Metric, Sighted, Trial
from nstbench.metrics.pixels import rgb

Moments = tuple[NDArray[np.float64], NDArray[np.float64]]


def colour_distance(trial: Trial, side: str) -> float:
    """2-Wasserstein (Bures) distance of the Gaussians with the mean and covariance of all pixels in CIE Lab
    (D65); in units of Delta E, 0 for equal moments.

    W2^2 = |m - n|^2 + tr(A + B - 2 (A^(1/2) B A^(1/2))^(1/2)) (Dowson and Landau 1982). With factors
    A = K K^T and B = L L^T the last trace is the sum of the singular values of K^T L.
    """
    (mean, factor), (other_mean, other_factor) = (
        picture.once("Lab moments", partial(_lab_moments, picture))
        for picture in (trial.result, getattr(trial, side))
    )
    shared = np.linalg.svd(factor.T @ other_factor, compute_uv=False).sum()
    spread = (factor**2).sum() + (other_factor**2).sum() - 2 * shared
    return float(np.sqrt(((mean - other_mean) ** 2).sum() + max(spread, 0.0)))


def _lab_moments(picture: Sighted) -> Moments:
    """Mean (3,) and a factor (3, 3) of the covariance."""
    from skimage.color import rgb2lab

    pixels = rgb2lab(rgb(picture)).reshape(-1, 3)
    variances, axes = np.linalg.eigh(np.cov(pixels.T, bias=True))
    return pixels.mean(0), axes * np.sqrt(np.maximum(variances, 0))


METRICS = tuple(
    Metric(
        id,
        f"distance from the {side}'s palette",
        "colour",
        "lower",
        partial(colour_distance, side=side),
        main=side == "style",
    )
    for id, side in (("COLs", "style"), ("COLc", "content"))
)
