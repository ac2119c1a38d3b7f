"""SSIMs, SSIMs32, Cs_vgg16: whether the style picture itself was painted, place by place.

The style is resized to the result.
"""

from nstbench.metrics.base import Metric, Sighted, Trial
from nstbench.metrics.judges import SECOND
from nstbench.metrics.pixels import Plane, luma
from nstbench.metrics.resizing import resized
from nstbench.metrics.structural_similarity import similarity

CELLS = 32
LAYER = "relu2_1"


def similarity_to_style(trial: Trial) -> float:
    """`SSIM` with the style in place of the content; 1 for the style itself."""
    return similarity(luma(trial.result), luma(_style(trial)))


def coarse_similarity_to_style(trial: Trial) -> float:
    """`SSIM` to the style of 32 x 32 cells' mean luma, which holds the lowest frequencies alone; 1 for the
    style itself."""
    return similarity(_cells(trial.result), _cells(_style(trial)))


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


METRICS = (
    Metric("SSIMs", "structural similarity to the style", "style", "lower", similarity_to_style),
    Metric(
        "SSIMs32",
        "structural similarity to the style, coarse",
        "style",
        "lower",
        coarse_similarity_to_style,
    ),
    Metric(
        "Cs_vgg16",
        "distance from the style's activations by VGG-16",
        "style",
        "higher",
        activation_distance_from_style,
        SECOND.backbone,
    ),
)
