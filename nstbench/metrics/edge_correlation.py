"""EDGE: whether edges are where the content's are."""

import numpy as np

from nstbench.metrics.base import ImageLike, Metric, NotMeasuredError
from nstbench.metrics.pixels import FLAT, luma_gradient


def edge_correlation(result: ImageLike, content: ImageLike) -> float:
    """Pearson correlation with the content of the gradient magnitude of the luma; in [-1, 1].

    The luma is smoothed by a Gaussian of 1.5 px; 1 for the content itself.

    Parameters
    ----------
    result, content : Tensor or EvaluatedImage
        (1, 3, H, W), RGB in [0, 1].

    Returns
    -------
    float
        In [-1, 1]. Higher keeps more edges.

    Raises
    ------
    NotMeasuredError
        Where one of them has no edges.
    """
    found, wanted = (np.hypot(*luma_gradient(image)).ravel() for image in (result, content))
    if min(found.std(), wanted.std()) < FLAT:
        raise NotMeasuredError("a picture without edges has no correlation")
    return float(np.corrcoef(found, wanted)[0, 1])


METRICS = (
    Metric(
        "EDGE", "edges where the content's are", "content", "higher", edge_correlation, "content", main=True
    ),
)
