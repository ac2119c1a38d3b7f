"""EVEN, Sdev: whether a picture has the same texture all over, and whether it has its style all over.

Both look at sixteen windows of a quarter by a quarter of the picture, through the lower layers of VGG-16.
"""

from statistics import fmean
from typing import TYPE_CHECKING

from nstbench.metrics.base import Metric, Sighted, Trial
from nstbench.metrics.judges import SECOND
from nstbench.metrics.style_distance import gram_of

if TYPE_CHECKING:
    from torch import Tensor

LAYERS = ("relu1_1", "relu2_1", "relu3_1")
PARTS = 4
# In the place of 0 where something is divided by it or has a logarithm.
TINY = 1e-12


def evenness(trial: Trial) -> float:
    """1 less the mean over pairs of windows a, b of |G_a - G_b|^2 / (|G_a| |G_b|), mean of relu1_1, relu2_1
    and relu3_1; 1 for a picture that is the same all over, unbounded below."""
    return fmean(_likeness(_windows(trial.result, layer)) for layer in LAYERS)


def unevenness_of_style(trial: Trial) -> float:
    """Standard deviation over windows of the logarithm of |G_a - G(s)|^2 / |G(s)|^2, summed over relu1_1,
    relu2_1 and relu3_1; 0 for a picture that is equally far from the style all over."""
    from torch import stack

    distances = stack([_distances_from_style(trial, layer) for layer in LAYERS]).sum(0)
    return float(distances.clamp_min(TINY).log().std(correction=0))


def _windows(side: Sighted, layer: str) -> "Tensor":
    """(16, N, N): the Gram matrix of each window, divided by its positions."""
    from nstbench.losses.gram import gram

    maps = side.features(SECOND.backbone)[layer][0]
    height, width = (length // PARTS for length in maps.shape[-2:])
    tiles = maps.unfold(1, height, height).unfold(2, width, width)[:, :PARTS, :PARTS]
    return gram(tiles.permute(1, 2, 0, 3, 4).flatten(0, 1))


def _likeness(grams: "Tensor") -> float:
    """1 less the mean relative squared difference of two of these matrices."""
    from torch import triu_indices

    first, second = triu_indices(len(grams), len(grams), 1)
    differences = (grams[first] - grams[second]).square().sum((-2, -1))
    lengths = grams.square().sum((-2, -1)).sqrt()
    return float(1 - (differences / (lengths[first] * lengths[second]).clamp_min(TINY)).mean())


def _distances_from_style(trial: Trial, layer: str) -> "Tensor":
    """(16,): of the result's windows from the whole style."""
    wanted = gram_of(trial.style, SECOND.backbone, layer)
    differences = (_windows(trial.result, layer) - wanted).square().sum((-2, -1))
    return differences / wanted.square().sum()


METRICS = (
    Metric("EVEN", "the same texture all over", "style", "higher", evenness, SECOND.backbone),
    Metric(
        "Sdev",
        "unevenness of the style by VGG-16",
        "style",
        "lower",
        unevenness_of_style,
        SECOND.backbone,
    ),
)
