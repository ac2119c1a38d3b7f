"""SELF: whether a picture is a texture or only noise, by how much its parts have in common."""

from statistics import fmean
from typing import TYPE_CHECKING

import numpy as np

from nstbench.metrics.base import EvaluatedImage, ImageLike, Metric
from nstbench.metrics.feature_spaces import INDEPENDENT
from nstbench.metrics.pixels import Plane, rgb

if TYPE_CHECKING:
    from torch import Tensor

LAYERS = ("stride2", "stride4")
# Quarters: halves of both sides.
PARTS = 2
SEED = 0
# In the place of 0 where something is divided by it.
TINY = 1e-12


def self_similarity(result: ImageLike) -> float:
    """How many times as far the picture's quarters are from those of its shuffled self as from each other.

    That is by the mean squared distance of correlation matrices of channels, mean of strides 2 and 4 of
    EfficientNet-Lite0; about 1 for noise of any spectrum, unbounded above.

    Parameters
    ----------
    result : Tensor or EvaluatedImage
        (1, 3, H, W), RGB in [0, 1].

    Returns
    -------
    float
        From 0. Higher has more in common with itself.

    References
    ----------
    Theiler et al. 1992, "Testing for nonlinearity in time series: the method of surrogate data", for the
    shuffled picture.
    """
    from torch import from_numpy, triu_indices

    picture = EvaluatedImage.of(result)
    noise = from_numpy(shuffled(rgb(picture))).permute(2, 0, 1)[None].to(picture.image)
    found = picture.features(INDEPENDENT.backbone)
    control = picture.backbones[INDEPENDENT.backbone](noise, LAYERS)
    ratios = []
    for layer in LAYERS:
        own, others = (_correlations(features[layer][0]) for features in (found, control))
        first, second = triu_indices(len(own), len(own), 1)
        between = (own[:, None] - others).square().sum((-2, -1)).mean()
        within = (own[first] - own[second]).square().sum((-2, -1)).mean()
        ratios.append(float(between / within.clamp_min(TINY)))
    return fmean(ratios)


def shuffled(picture: Plane) -> Plane:
    """Make noise of the spectrum and of the values of a picture.

    Parameters
    ----------
    picture : array
        (H, W, 3), of any range.

    Returns
    -------
    array
        (H, W, 3): the picture's spectrum with phases of seeded noise, alike in all channels; then each
        channel gets the picture's values back, in the order of its ranks.
    """
    random = np.random.default_rng(SEED).standard_normal(picture.shape[:2])
    turns = np.exp(1j * np.angle(np.fft.rfft2(random)))[..., None]
    noise = np.fft.irfft2(turns * np.fft.rfft2(picture, axes=(0, 1)), picture.shape[:2], axes=(0, 1))
    ranks = noise.reshape(-1, 3).argsort(0, kind="stable").argsort(0)
    return np.take_along_axis(np.sort(picture.reshape(-1, 3), 0), ranks, 0).reshape(picture.shape)


def _correlations(maps: "Tensor") -> "Tensor":
    """(4, N, N): of the channels over the positions of each quarter."""
    height, width = (length // PARTS for length in maps.shape[-2:])
    tiles = maps.unfold(1, height, height).unfold(2, width, width)[:, :PARTS, :PARTS]
    values = tiles.permute(1, 2, 0, 3, 4).flatten(0, 1).flatten(2)
    centred = values - values.mean(-1, keepdim=True)
    scaled = centred / centred.norm(dim=-1, keepdim=True).clamp_min(TINY)
    correlations: Tensor = scaled @ scaled.mT
    return correlations


METRICS = (
    Metric(
        "SELF",
        "similarity of its parts, against noise",
        "style",
        "higher",
        self_similarity,
        backbone=INDEPENDENT.backbone,
    ),
)
