"""COH: whether the contours of the result are those of the content."""

import math
from functools import partial

import numpy as np
from numpy.typing import NDArray

from nstbench.metrics.base import EvaluatedImage, ImageLike, Metric, NotMeasuredError
from nstbench.metrics.pixels import GRADIENT_SIGMA, luma

# Quantiles of the gradient above which Canny's detector begins a contour. The content has one set of
# contours, in the place of what people have drawn, and the result that of these sets which fits it best.
CONTENT_QUANTILE = 0.9
RESULT_QUANTILES = (0.95, CONTENT_QUANTILE, 0.85, 0.8, 0.7)
# The lower threshold of the detector, to which a contour is followed.
FOLLOWED = 0.1
# How far contours may lie apart, in diagonals (Martin, Fowlkes and Malik 2004), and at least in pixels.
TOLERANCE, LEAST_TOLERANCE = 0.0075, 1.0


def coherence(result: ImageLike, content: ImageLike) -> float:
    """F-score of x's contours against c's, the best over five thresholds; 1 for the content itself.

    Contours are Canny's, of luma; those that lie within 0.75 % of the diagonal, or a pixel, of each other
    fit.

    Parameters
    ----------
    result, content : Tensor or EvaluatedImage
        (1, 3, H, W), RGB in [0, 1]; x and c.

    Returns
    -------
    float
        In [0, 1]. Higher keeps more of what separates objects.

    Raises
    ------
    NotMeasuredError
        Where the content has no contours.

    Notes
    -----
    The base C statistic of the paper is the largest F-score over thresholds of a learned detector of contours
    against contours that people have drawn of the content (BSDS500). Neither comes with a package, and our
    contents have no such drawings: here the detector is Canny's, and the content's own contours are the
    truth. So it is about edges, and an edge that people would not draw counts as much as one that they would.

    References
    ----------
    Yeh, Tang, Bhattad, Zou and Forsyth 2020, "Improving style transfer with calibrated metrics", section 3;
    Martin, Fowlkes and Malik 2004, "Learning to detect natural image boundaries using local brightness,
    color, and texture cues", for the F-score; Canny 1986, "A computational approach to edge detection".
    """
    from scipy.ndimage import distance_transform_edt

    own, other = EvaluatedImage.of(result), EvaluatedImage.of(content)
    wanted = other.once("contours", partial(contours, other, CONTENT_QUANTILE))
    if not wanted.any():
        raise NotMeasuredError("a picture without contours has none to keep")
    tolerance = max(LEAST_TOLERANCE, TOLERANCE * math.hypot(*other.size))
    near_wanted = distance_transform_edt(~wanted) <= tolerance
    best = 0.0
    for quantile in RESULT_QUANTILES:
        found = contours(own, quantile)
        if found.any():
            precision = near_wanted[found].mean()
            recall = (distance_transform_edt(~found) <= tolerance)[wanted].mean()
            best = max(best, 2 * precision * recall / max(precision + recall, 1e-12))
    return float(best)


def contours(image: EvaluatedImage, quantile: float) -> NDArray[np.bool_]:
    """Find contours of the luma by Canny's detector.

    Parameters
    ----------
    image : EvaluatedImage
        Of any size.
    quantile : float
        Of the gradient's magnitude, above which a contour begins.

    Returns
    -------
    array
        (H, W), true on contours.
    """
    from skimage.feature import canny

    plane = luma(image)
    if np.ptp(plane) == 0:
        return np.zeros(plane.shape, bool)
    found: NDArray[np.bool_] = canny(
        plane,
        GRADIENT_SIGMA,
        low_threshold=quantile - FOLLOWED,
        high_threshold=quantile,
        use_quantiles=True,
        mode="nearest",
    )
    return found


METRICS = (
    Metric("COH", "coherence: contours where the content's are", "content", "higher", coherence, "content"),
)
