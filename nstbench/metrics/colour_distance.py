"""COLs, COLc: how far the palette is from the style's and from the content's."""

import numpy as np
from numpy.typing import NDArray

from nstbench.metrics.base import EvaluatedImage, ImageLike, Metric
from nstbench.metrics.pixels import rgb

Moments = tuple[NDArray[np.float64], NDArray[np.float64]]


def colour_distance(result: ImageLike, other: ImageLike) -> float:
    """2-Wasserstein (Bures) distance of normal distributions of the pixels' colours, in units of Delta E.

    The distributions have the mean and covariance of all pixels in CIE Lab (D65); 0 for equal moments.

    Parameters
    ----------
    result, other : Tensor or EvaluatedImage
        (1, 3, H, W), RGB in [0, 1]; of any sizes.

    Returns
    -------
    float
        From 0 to about 260. Lower is closer.

    Notes
    -----
    W2^2 = |m - n|^2 + tr(A + B - 2 (A^(1/2) B A^(1/2))^(1/2)). With factors A = K K^T and B = L L^T the last
    trace is the sum of the singular values of K^T L.

    References
    ----------
    Dowson and Landau 1982, "The Fréchet distance between multivariate normal distributions".
    """
    (mean, factor), (other_mean, other_factor) = (_lab_moments(image) for image in (result, other))
    shared = np.linalg.svd(factor.T @ other_factor, compute_uv=False).sum()
    spread = (factor**2).sum() + (other_factor**2).sum() - 2 * shared
    return float(np.sqrt(((mean - other_mean) ** 2).sum() + max(spread, 0.0)))


def _lab_moments(image: ImageLike) -> Moments:
    """Mean (3,) and a factor (3, 3) of the covariance, computed once per image."""
    from skimage.color import rgb2lab

    def moments() -> Moments:
        pixels = rgb2lab(rgb(image)).reshape(-1, 3)
        variances, axes = np.linalg.eigh(np.cov(pixels.T, bias=True))
        return pixels.mean(0), axes * np.sqrt(np.maximum(variances, 0))

    return EvaluatedImage.of(image).once("Lab moments", moments)


METRICS = (
    Metric(
        "COLs",
        "distance from the style's palette",
        "colour",
        "lower",
        colour_distance,
        against="style",
        main=True,
    ),
    Metric(
        "COLc", "distance from the content's palette", "colour", "lower", colour_distance, against="content"
    ),
)
