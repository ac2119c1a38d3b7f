"""HFflat: how much is painted where the content has nothing."""

import numpy as np

from nstbench.metrics.base import Metric, Trial
from nstbench.metrics.pixels import GRADIENT_SIGMA, luma, luma_gradient

FLAT_PERCENT = 10


def energy_in_flat_regions(trial: Trial) -> float:
    """Mean square of the luma less its Gaussian mean (1.5 px) over the tenth of the pixels where the
    content's gradient is least: its sky, its walls; in [0, 1]."""
    from scipy.ndimage import gaussian_filter

    plane = luma(trial.result)
    fine = plane - gaussian_filter(plane, GRADIENT_SIGMA)
    gradient = np.hypot(*luma_gradient(trial.content))
    return float(np.square(fine[gradient <= np.percentile(gradient, FLAT_PERCENT)]).mean())


METRICS = (
    Metric("HFflat", "fine texture where the content is flat", "noise", "lower", energy_in_flat_regions),
)
