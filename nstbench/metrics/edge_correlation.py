"""EDGE: whether edges are where the content's are."""

import numpy as np

from nstbench.metrics.base import Metric, NotMeasuredError, Trial
from nstbench.metrics.pixels import FLAT, luma_gradient


def edge_correlation(trial: Trial) -> float:
    """Pearson correlation with the content of the gradient magnitude of the luma, smoothed by a Gaussian of
    1.5 px; in [-1, 1], 1 for the content itself."""
    found, wanted = (np.hypot(*luma_gradient(side)).ravel() for side in (trial.result, trial.content))
    if min(found.std(), wanted.std()) < FLAT:
        raise NotMeasuredError("a picture without edges has no correlation")
    return float(np.corrcoef(found, wanted)[0, 1])


METRICS = (Metric("EDGE", "edges where the content's are", "content", "higher", edge_correlation, main=True),)
