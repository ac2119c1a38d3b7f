"""CHRc: how much of the content's colour is lost, pixel by pixel."""

import numpy as np

from nstbench.metrics.base import Metric, Trial
from nstbench.metrics.pixels import rgb


def chroma_change(trial: Trial) -> float:
    """Mean over pixels of |dI| + |dQ| in YIQ against the content; 0 when colours are kept, at most 1.61."""
    from skimage.color import rgb2yiq

    found, wanted = (rgb2yiq(rgb(side))[..., 1:] for side in (trial.result, trial.content))
    return float(np.abs(found - wanted).sum(-1).mean())


METRICS = (Metric("CHRc", "change of the content's colours", "colour", "lower", chroma_change, main=True),)
