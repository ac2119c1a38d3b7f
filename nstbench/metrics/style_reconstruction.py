"""SSIMs, SSIMs32, LOWs, Cs_vgg16: whether the style picture itself was painted, place by place.

The style is resized to the result.
"""

import numpy as np

from nstbench.metrics.base import Metric, NotMeasuredError, Sighted, Trial
from nstbench.metrics.judges import SECOND
from nstbench.metrics.pixels import FLAT, Plane, luma
from nstbench.metrics.resizing import resized
from nstbench.metrics.structural_similarity import similarity

CELLS = 32
# Standard deviation, in pixels, of the Gaussian that leaves the lowest frequencies.
LOW_PASS_SIGMA = 16
LAYER = "relu2_1"


def similarity_to_style(trial: Trial) -> float:
    """`SSIM` with the style in place of the content; 1 for the style itself."""
    return similarity(luma(trial.result), luma(_style(trial)))


def coarse_similarity_to_style(trial: Trial) -> float:
    """`SSIM` to the style of 32 x 32 cells' mean luma, which holds the lowest frequencies alone; 1 for the
    style itself."""
    return similarity(_cells(trial.result), _cells(_style(trial)))


def low_frequency_correlation(trial: Trial) -> float:
    """Pearson's correlation of the luma with the style's, both smoothed by a Gaussian of 16 px; in [-1, 1], 1
    for the style itself."""
    found, wanted = (_smooth(side) for side in (trial.result, _style(trial)))
    if min(np.ptp(found), np.ptp(wanted)) < FLAT:
        raise NotMeasuredError("a flat picture has no low frequencies")
    return float(np.corrcoef(found.ravel(), wanted.ravel())[0, 1])


def activation_distance_from_style(trial: Trial) -> float:
    """|F(x) - F(s)|^2 / |F(s)|^2 at relu2_1 of VGG-16; 0 for the style itself, unbounded above."""
    found, wanted = (side.features(SECOND.backbone)[LAYER] for side in (trial.result, _style(trial)))
    return float((found - wanted).square().sum() / wanted.square().sum())


def _style(trial: Trial) -> Sighted:
    height, width = trial.result.image.shape[-2:]
    return resized(trial.style, (height, width))


def _cells(side: Sighted) -> Plane:
    """(CELLS, CELLS): mean luma."""
    from torch import from_numpy
    from torch.nn.functional import adaptive_avg_pool2d

    plane: Plane = adaptive_avg_pool2d(from_numpy(luma(side))[None], CELLS)[0].numpy()
    return plane


def _smooth(side: Sighted) -> Plane:
    """(H, W): luma without its higher frequencies."""
    from scipy.ndimage import gaussian_filter

    plane: Plane = gaussian_filter(luma(side), LOW_PASS_SIGMA)
    return plane


METRICS = (
    Metric("SSIMs", "structural similarity to the style", "style", "lower", similarity_to_style),
    Metric(
        "SSIMs32",
        "structural similarity to the style, coarse",
        "style",
        "lower",
        coarse_similarity_to_style,
    ),
    Metric("LOWs", "low frequencies like the style's", "style", "lower", low_frequency_correlation),
    Metric(
        "Cs_vgg16",
        "distance from the style's activations by VGG-16",
        "style",
        "higher",
        activation_distance_from_style,
        SECOND.backbone,
    ),
)
