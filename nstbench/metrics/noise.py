"""HF, TV1, HFflat: how noisy the result is, and how much is painted where the content has nothing."""

import numpy as np

from nstbench.metrics.base import EvaluatedImage, ImageLike, Metric, NotMeasuredError
from nstbench.metrics.pixels import GRADIENT_SIGMA, luma, luma_gradient

# Cycles per pixel: Nyquist's frequency is one half.
HALF_NYQUIST = 0.25
# Of the pixels: those with the smallest gradients of the content count as flat.
FLAT_PERCENT = 10


def high_frequency_share(result: ImageLike) -> float:
    """Share of the luma's power at more than a quarter cycle per pixel in any direction; in [0, 1].

    Its mean is taken out and a Hann window put on.

    Parameters
    ----------
    result : Tensor or EvaluatedImage
        (1, 3, H, W), RGB in [0, 1].

    Returns
    -------
    float
        In [0, 1]. Lower is smoother.

    Raises
    ------
    NotMeasuredError
        For a flat picture.
    """
    plane = luma(result)
    if np.ptp(plane) == 0:
        raise NotMeasuredError("a flat picture has no power at any frequency")
    plane = plane - plane.mean()
    # Faded out towards the border, whose jump would have power at all frequencies.
    window = np.outer(*(np.hanning(length) for length in plane.shape))
    power = np.abs(np.fft.fft2(plane * window)) ** 2
    frequency = np.hypot(*np.meshgrid(*(np.fft.fftfreq(length) for length in plane.shape), indexing="ij"))
    return float(power[frequency > HALF_NYQUIST].sum() / power.sum())


def total_variation(result: ImageLike) -> float:
    """Mean absolute difference of RGB between horizontal neighbours, plus that between vertical ones.

    In [0, 2].

    Parameters
    ----------
    result : Tensor or EvaluatedImage
        (1, 3, H, W), RGB in [0, 1].

    Returns
    -------
    float
        In [0, 2]. Lower is smoother.

    References
    ----------
    Rudin, Osher and Fatemi 1992, "Nonlinear total variation based noise removal algorithms"; here the
    anisotropic form.
    """
    image = EvaluatedImage.of(result).image
    return float(image.diff(dim=-1).abs().mean() + image.diff(dim=-2).abs().mean())


def energy_in_flat_regions(result: ImageLike, content: ImageLike) -> float:
    """Mean square of the luma less its Gaussian mean (1.5 px) where the content is flat; in [0, 1].

    That is the tenth of the pixels where the content's gradient is least: its sky, its walls.

    Parameters
    ----------
    result, content : Tensor or EvaluatedImage
        (1, 3, H, W), RGB in [0, 1].

    Returns
    -------
    float
        In [0, 1]. Lower is smoother.
    """
    from scipy.ndimage import gaussian_filter

    plane = luma(result)
    fine = plane - gaussian_filter(plane, GRADIENT_SIGMA)
    gradient = np.hypot(*luma_gradient(content))
    return float(np.square(fine[gradient <= np.percentile(gradient, FLAT_PERCENT)]).mean())


METRICS = (
    Metric("HF", "share of high frequencies", "noise", "lower", high_frequency_share),
    Metric("TV1", "difference of neighbouring pixels", "noise", "lower", total_variation),
    Metric(
        "HFflat",
        "fine texture where the content is flat",
        "noise",
        "lower",
        energy_in_flat_regions,
        "content",
    ),
)
