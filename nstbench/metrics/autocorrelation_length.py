"""ACL: how large the features are that the picture is painted with."""

import numpy as np

from nstbench.metrics.base import ImageLike, Metric, NotMeasuredError
from nstbench.metrics.pixels import FLAT, luma

# What is larger than this part of the shorter side belongs to the scene, not to how it is painted.
SCENE_SHARE = 1 / 16
DECAY = np.exp(-1)


def autocorrelation_length(result: ImageLike) -> float:
    """Radius in pixels at which the autocorrelation of the luma falls below 1 / e of its peak.

    The luma's Gaussian mean, 1/16 of the shorter side wide, is taken out before.

    Parameters
    ----------
    result : Tensor or EvaluatedImage
        (1, 3, H, W), RGB in [0, 1].

    Returns
    -------
    float
        In pixels, above 0; twice the deviation of the blur for blurred white noise. Higher is less noisy.

    Raises
    ------
    NotMeasuredError
        For a flat picture.

    Notes
    -----
    The correlation is that of a Hann window's picture without wrapping, averaged over whole radii and
    interpolated linearly between them.
    """
    from scipy.ndimage import gaussian_filter

    plane = luma(result)
    detail = plane - gaussian_filter(plane, SCENE_SHARE * min(plane.shape))
    if np.abs(detail).max() < FLAT:
        raise NotMeasuredError("a flat picture has no features")
    # By Wiener and Khinchin; as many zeros as pixels keep opposite borders from meeting.
    window = np.outer(*(np.hanning(length) for length in detail.shape))
    padded = [2 * length for length in detail.shape]
    correlation = np.fft.irfft2(np.abs(np.fft.rfft2(detail * window, padded)) ** 2, padded)
    lags = (np.fft.fftfreq(length, 1 / length) for length in padded)
    radii = np.rint(np.hypot(*np.meshgrid(*lags, indexing="ij"))).astype(int).ravel()
    means = np.bincount(radii, correlation.ravel()) / np.bincount(radii)
    profile = means / means[0]
    below = int(np.argmax(profile < DECAY))
    above = profile[below - 1]
    return below - 1 + float((above - DECAY) / (above - profile[below]))


METRICS = (Metric("ACL", "length of the autocorrelation", "noise", "higher", autocorrelation_length),)
