"""SSIMs, SSIMs32, LOWs, Cs_lite: whether the style picture itself came back, place by place.

The style is resized to the result.
"""

import numpy as np

from nstbench.metrics.base import EvaluatedImage, ImageLike, Metric, NotMeasuredError
from nstbench.metrics.content_distance import relative_distance
from nstbench.metrics.feature_spaces import INDEPENDENT
from nstbench.metrics.pixels import FLAT, Plane, luma, resized
from nstbench.metrics.structural_similarity import ssim_of_planes

CELLS = 32
# Standard deviation, in pixels, of the Gaussian that leaves the lowest frequencies.
LOW_PASS_SIGMA = 16
LAYER = "stride2"


def ssim_to_style(result: ImageLike, style: ImageLike) -> float:
    """`SSIM` with the style in place of the content; 1 for the style itself.

    Parameters
    ----------
    result, style : Tensor or EvaluatedImage
        (1, 3, H, W), RGB in [0, 1].

    Returns
    -------
    float
        In [-1, 1]. Lower is less like the style picture.
    """
    return ssim_of_planes(*map(luma, _aligned(result, style)))


def coarse_ssim_to_style(result: ImageLike, style: ImageLike) -> float:
    """`SSIM` to the style of 32 x 32 cells' mean luma; 1 for the style itself.

    The cells hold the lowest frequencies alone.

    Parameters
    ----------
    result, style : Tensor or EvaluatedImage
        (1, 3, H, W), RGB in [0, 1].

    Returns
    -------
    float
        In [-1, 1]. Lower is less like the style picture.
    """
    from torch import from_numpy
    from torch.nn.functional import adaptive_avg_pool2d

    def cells(image: EvaluatedImage) -> Plane:
        plane: Plane = adaptive_avg_pool2d(from_numpy(luma(image))[None], CELLS)[0].numpy()
        return plane

    return ssim_of_planes(*map(cells, _aligned(result, style)))


def low_frequency_correlation(result: ImageLike, style: ImageLike) -> float:
    """Pearson's correlation of the luma with the style's, both smoothed by a Gaussian of 16 px.

    In [-1, 1], 1 for the style itself.

    Parameters
    ----------
    result, style : Tensor or EvaluatedImage
        (1, 3, H, W), RGB in [0, 1].

    Returns
    -------
    float
        In [-1, 1]. Lower is less like the style picture.

    Raises
    ------
    NotMeasuredError
        For flat pictures.
    """
    from scipy.ndimage import gaussian_filter

    images = _aligned(result, style)
    found, wanted = (gaussian_filter(luma(image), LOW_PASS_SIGMA) for image in images)
    if min(np.ptp(found), np.ptp(wanted)) < FLAT:
        raise NotMeasuredError("a flat picture has no low frequencies")
    return float(np.corrcoef(found.ravel(), wanted.ravel())[0, 1])


def activation_distance_from_style(result: ImageLike, style: ImageLike) -> float:
    """|F(x) - F(s)|^2 / |F(s)|^2 at stride 2 of EfficientNet-Lite0; 0 for the style itself, unbounded above.

    Parameters
    ----------
    result, style : Tensor or EvaluatedImage
        (1, 3, H, W), RGB in [0, 1]; x and s.

    Returns
    -------
    float
        From 0. Higher is less like the style picture.
    """
    found, wanted = (image.features(INDEPENDENT.backbone)[LAYER] for image in _aligned(result, style))
    return relative_distance(found, wanted)


def _aligned(result: ImageLike, style: ImageLike) -> tuple[EvaluatedImage, EvaluatedImage]:
    """The result, and the style at its size."""
    own = EvaluatedImage.of(result)
    return own, resized(style, own.size)


METRICS = (
    Metric("SSIMs", "structural similarity to the style", "style", "lower", ssim_to_style, "style"),
    Metric(
        "SSIMs32",
        "structural similarity to the style, coarse",
        "style",
        "lower",
        coarse_ssim_to_style,
        "style",
    ),
    Metric("LOWs", "low frequencies like the style's", "style", "lower", low_frequency_correlation, "style"),
    Metric(
        "Cs_lite",
        "distance from the style's activations by EfficientNet-Lite0",
        "style",
        "higher",
        activation_distance_from_style,
        "style",
        INDEPENDENT.backbone,
    ),
)
