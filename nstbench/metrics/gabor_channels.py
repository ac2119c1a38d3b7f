"""GABOR: how many scales and directions a picture is made of."""

from functools import cache

import numpy as np

from nstbench.metrics.base import ImageLike, Metric, NotMeasuredError
from nstbench.metrics.pixels import FLAT, Plane, luma

# In cycles per pixel: octaves from half of Nyquist's frequency down.
FREQUENCIES = (1 / 4, 1 / 8, 1 / 16, 1 / 32)
ORIENTATIONS = 6
# Standard deviations of a filter in the frequency plane: in octaves, and in radians.
OCTAVES = 0.5
RADIANS = np.pi / ORIENTATIONS / 2


def gabor_channels(result: ImageLike) -> float:
    """Participation ratio, (sum e)^2 / sum e^2, of the energies e of 24 log-Gabor filters on the luma.

    1 where one filter takes all, 24 where all take as much.

    Parameters
    ----------
    result : Tensor or EvaluatedImage
        (1, 3, H, W), RGB in [0, 1].

    Returns
    -------
    float
        In [1, 24]. Higher is more complex.

    Raises
    ------
    NotMeasuredError
        For a flat picture.

    References
    ----------
    Field 1987, "Relations between the statistics of natural images and the response properties of cortical
    cells", for the filters.

    Notes
    -----
    The filters have four frequencies, 1/4 to 1/32 cycles per pixel in octaves, and six orientations. In the
    frequency plane each is a Gaussian of the logarithm of the frequency and of the angle. The luma's mean is
    taken out and a Hann window put on.
    """
    plane = luma(result)
    if np.ptp(plane) < FLAT:
        raise NotMeasuredError("a flat picture has no features")
    window = np.outer(*(np.hanning(length) for length in plane.shape))
    power = np.abs(np.fft.fft2((plane - plane.mean()) * window)) ** 2
    energies = np.square(_filters(*plane.shape)).reshape(-1, power.size) @ power.ravel()
    return float(energies.sum() ** 2 / np.square(energies).sum())


@cache
def _filters(height: int, width: int) -> Plane:
    """(24, height, width): what each filter multiplies frequencies by."""
    down, right = np.meshgrid(np.fft.fftfreq(height), np.fft.fftfreq(width), indexing="ij")
    with np.errstate(divide="ignore"):  # The mean, which no filter takes.
        octave = np.log2(np.hypot(down, right))
    filters = []
    for frequency in FREQUENCIES:
        radial = np.exp(-(((octave - np.log2(frequency)) / OCTAVES) ** 2) / 2)
        for number in range(ORIENTATIONS):
            # A frequency and its negative are one wave.
            turned = np.arctan2(down, right) - number * np.pi / ORIENTATIONS
            angle = (turned + np.pi / 2) % np.pi - np.pi / 2
            filters.append(radial * np.exp(-((angle / RADIANS) ** 2) / 2))
    return np.stack(filters)


METRICS = (Metric("GABOR", "scales and directions that take part, of 24", "noise", "higher", gabor_channels),)
