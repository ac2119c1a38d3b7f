"""HF and TV1: how noisy the result is, whatever it was made from."""

import numpy as np

from nstbench.metrics.base import Metric, NotMeasuredError, Trial
from nstbench.metrics.pixels import luma

# Cycles per pixel: Nyquist's frequency is one half.
HALF_NYQUIST = 0.25


def high_frequency_share(trial: Trial) -> float:
    """Share of the luma's power at more than a quarter cycle per pixel in any direction, its mean taken out
    and a Hann window put on; in [0, 1]."""
    plane = luma(trial.result)
    if np.ptp(plane) == 0:
        raise NotMeasuredError("a flat picture has no power at any frequency")
    plane = plane - plane.mean()
    window = np.outer(*(np.hanning(length) for length in plane.shape))
    power = np.abs(np.fft.fft2(plane * window)) ** 2
    frequency = np.hypot(*np.meshgrid(*(np.fft.fftfreq(length) for length in plane.shape), indexing="ij"))
    return float(power[frequency > HALF_NYQUIST].sum() / power.sum())


def total_variation(trial: Trial) -> float:
    """Mean absolute difference of RGB between horizontal neighbours, plus that between vertical ones; in
    [0, 2]."""
    image = trial.result.image
    return float(image.diff(dim=-1).abs().mean() + image.diff(dim=-2).abs().mean())


METRICS = (
    Metric("HF", "share of high frequencies", "noise", "lower", high_frequency_share),
    Metric("TV1", "difference of neighbouring pixels", "noise", "lower", total_variation),
)
