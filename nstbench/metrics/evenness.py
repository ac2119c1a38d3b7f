"""EVEN, Sdev: whether a picture has the same texture all over, and whether it has its style all over.

Both look at sixteen windows of a quarter by a quarter of the picture, through the lower layers of
EfficientNet-Lite0.
"""

from statistics import fmean
from typing import TYPE_CHECKING

from nstbench.metrics.base import EvaluatedImage, ImageLike, Metric
from nstbench.metrics.feature_spaces import INDEPENDENT
from nstbench.metrics.style_distance import gram_of

if TYPE_CHECKING:
    from torch import Tensor

LAYERS = ("stride2", "stride4")
# Of either side, which makes 16 windows.
PARTS = 4
# In the place of 0 where something is divided by it or has a logarithm.
TINY = 1e-12


def evenness(result: ImageLike) -> float:
    """1 less the mean over pairs of windows a, b of |G_a - G_b|^2 / (|G_a| |G_b|), the mean of two layers.

    The layers are those of strides 2 and 4; 1 for a picture that is the same all over, unbounded below.

    Parameters
    ----------
    result : Tensor or EvaluatedImage
        (1, 3, H, W), RGB in [0, 1], from 16 px.

    Returns
    -------
    float
        At most 1. Higher is more even.
    """
    from torch import triu_indices

    similarities = []
    for layer in LAYERS:
        grams = _windows(EvaluatedImage.of(result), layer)
        first, second = triu_indices(len(grams), len(grams), 1)
        differences = (grams[first] - grams[second]).square().sum((-2, -1))
        lengths = grams.square().sum((-2, -1)).sqrt()
        relative = differences / (lengths[first] * lengths[second]).clamp_min(TINY)
        similarities.append(float(1 - relative.mean()))
    return fmean(similarities)


def unevenness_of_style(result: ImageLike, style: ImageLike) -> float:
    """Standard deviation over windows of the logarithm of the sum over layers of |G_a - G(s)|^2 / |G(s)|^2.

    The layers are those of strides 2 and 4; 0 for a picture that is equally far from the style all over.

    Parameters
    ----------
    result, style : Tensor or EvaluatedImage
        (1, 3, H, W), RGB in [0, 1], the result from 16 px; a is a window of the result, s the whole style.

    Returns
    -------
    float
        From 0. Lower is more even.
    """
    from torch import stack

    distances = []
    for layer in LAYERS:
        wanted = gram_of(EvaluatedImage.of(style), INDEPENDENT.backbone, layer)
        differences = (_windows(EvaluatedImage.of(result), layer) - wanted).square().sum((-2, -1))
        distances.append(differences / wanted.square().sum())
    return float(stack(distances).sum(0).clamp_min(TINY).log().std(correction=0))


def _windows(image: EvaluatedImage, layer: str) -> "Tensor":
    """(16, N, N): the Gram matrix of each window, divided by its positions."""
    from nstbench.losses.gram import gram

    maps = image.features(INDEPENDENT.backbone)[layer][0]
    height, width = (length // PARTS for length in maps.shape[-2:])
    tiles = maps.unfold(1, height, height).unfold(2, width, width)[:, :PARTS, :PARTS]
    return gram(tiles.permute(1, 2, 0, 3, 4).flatten(0, 1))


METRICS = (
    Metric("EVEN", "the same texture all over", "style", "higher", evenness, backbone=INDEPENDENT.backbone),
    Metric(
        "Sdev",
        "unevenness of the style by EfficientNet-Lite0",
        "style",
        "lower",
        unevenness_of_style,
        "style",
        INDEPENDENT.backbone,
    ),
)
