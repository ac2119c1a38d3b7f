"""ACL: how large the features are that the picture is painted with."""

import numpy as np
from numpy.typing import NDArray

from nstbench.metrics.base import Metric, NotMeasuredError, Trial
from nstbench.metrics.pixels import FLAT, Plane, luma

# What is larger than this part of the shorter side belongs to the scene, not to how it is painted.
SCENE_SHARE = 1 / 16
DECAY = np.exp(-1)


def autocorrelation_length(trial: Trial) -> float:
    """Radius in pixels at which the autocorrelation of the luma, its Gaussian mean (1/16 of the shorter
    side) taken out, falls below 1 / e of its peak.

    The correlation is that of a Hann window's picture without wrapping, averaged over whole radii and
    interpolated linearly between them.
    """
    from scipy.ndimage import gaussian_filter

    plane = luma(trial.result)
    detail = plane - gaussian_filter(plane, SCENE_SHARE * min(plane.shape))
    if np.abs(detail).max() < FLAT:
        raise NotMeasuredError("a flat picture has no features")
    profile = _radial_autocorrelation(detail)
    below = int(np.argmax(profile < DECAY))
    above = profile[below - 1]
    return below - 1 + float((above - DECAY) / (above - profile[below]))


def _radial_autocorrelation(detail: Plane) -> NDArray[np.float64]:
    """Means over circles of radius 0, 1, 2, ... px, 1 at radius 0 and, beyond the picture, 0."""
    window = np.outer(*(np.hanning(length) for length in detail.shape))
    padded = [2 * length for length in detail.shape]
    power = np.abs(np.fft.rfft2(detail * window, padded)) ** 2
    correlation = np.fft.irfft2(power, padded)
    lags = (np.fft.fftfreq(length, 1 / length) for length in padded)
    radii = np.rint(np.hypot(*np.meshgrid(*lags, indexing="ij"))).astype(int).ravel()
    means = np.bincount(radii, correlation.ravel()) / np.bincount(radii)
    profile: NDArray[np.float64] = means / means[0]
    return profile


METRICS = (Metric("ACL", "length of the autocorrelation", "noise", "higher", autocorrelation_length),)
