"""EFF_lite: how far a normal distribution of features is from the style's."""

from statistics import fmean
from typing import TYPE_CHECKING

from nstbench.metrics.base import EvaluatedImage, ImageLike, Metric
from nstbench.metrics.feature_spaces import INDEPENDENT

if TYPE_CHECKING:
    from torch import Tensor

# Of the variance of the style's features, what its first principal components have to hold.
HELD = 0.95
# Added to variances, relative to the largest: a texture of few colours has directions without any.
RIDGE = 1e-3
# In the place of that, relative to the mean square, where the style has no variance at all.
TINY = 1e-9


def effectiveness(result: ImageLike, style: ImageLike) -> float:
    """Mean over layers of log(1 + KL) between normal distributions of features; 0 for the style itself.

    The distributions are those of x's and of s's features over positions, in the principal components that
    hold 95 % of the variance of s; in nats, at strides 2 to 16 of EfficientNet-Lite0.

    Parameters
    ----------
    result, style : Tensor or EvaluatedImage
        (1, 3, H, W), RGB in [0, 1]; x and s, of any sizes.

    Returns
    -------
    float
        From 0. Lower is closer.

    Notes
    -----
    The base E statistic of the paper is the negative logarithm of the divergence by VGG-19; here the sign is
    such that 0 is the style itself, 1 is added so that it has a value there, and the network is the judge.
    Their calibration, by which a value becomes a probability that people prefer the picture, needs their user
    study and is left out: it is monotone, and changes no rank.

    References
    ----------
    Yeh, Tang, Bhattad, Zou and Forsyth 2020, "Improving style transfer with calibrated metrics", section 3.
    """
    from torch import log1p

    found, wanted = (EvaluatedImage.of(image).features(INDEPENDENT.backbone) for image in (result, style))
    return fmean(float(log1p(_divergence(found[layer], wanted[layer]))) for layer in INDEPENDENT.style_layers)


def _divergence(found: "Tensor", wanted: "Tensor") -> "Tensor":
    """KL from the distribution of x's maps (1, N, h, w) to that of s's, in s's principal components."""
    from torch import diag, linalg

    (mean, covariance), (own_mean, own_covariance) = moments(found), moments(wanted)
    variances, directions = linalg.eigh(own_covariance)
    variances, directions = variances.flip(0).clamp(min=0), directions.flip(1)
    components = 1 + int((variances.cumsum(0) < HELD * variances.sum()).sum())
    directions, variances = directions[:, :components], variances[:components]
    ridge = RIDGE * variances[0] + TINY * wanted.double().square().mean()
    variances = variances + ridge
    difference = directions.T @ (mean - own_mean)
    projected = directions.T @ covariance @ directions + diag(ridge.expand(components))
    divergence: Tensor = (
        (projected.diagonal() / variances).sum()
        + (difference.square() / variances).sum()
        - components
        + variances.log().sum()
        - linalg.slogdet(projected)[1]
    ) / 2
    return divergence.clamp_min(0)


def moments(maps: "Tensor") -> "tuple[Tensor, Tensor]":
    """Take the mean and the covariance of features over positions.

    Parameters
    ----------
    maps : Tensor
        (1, N, h, w).

    Returns
    -------
    mean, covariance : Tensor
        (N,) and (N, N), in double precision, divided by the number of positions.
    """
    features = maps[0].flatten(1).double()
    mean = features.mean(1)
    centred = features - mean[:, None]
    return mean, centred @ centred.T / features.shape[1]


METRICS = (
    Metric(
        "EFF_lite",
        "ineffectiveness: distribution of features unlike the style's by EfficientNet-Lite0",
        "style",
        "lower",
        effectiveness,
        "style",
        INDEPENDENT.backbone,
    ),
)
