"""SWD, SWD_fine, SWD_luma: how far small patches are from the style's; needs no network."""

from collections.abc import Callable
from functools import partial
from statistics import fmean

import numpy as np
from numpy.typing import NDArray

from nstbench.metrics.base import EvaluatedImage, ImageLike, Metric, NotMeasuredError
from nstbench.metrics.pixels import Plane, luma, rgb

Array = NDArray[np.float32]
# A picture as (H, W, channels).
View = Callable[[EvaluatedImage], Plane]
# As in Karras et al. 2018, section 5.
PATCH = 7
LEVELS = 4
PATCHES = 8192
PROJECTIONS, LUMA_PROJECTIONS = 512, 128
SEED = 0
# The 5-tap filter of Burt and Adelson with a = 3/8.
BINOMIAL = np.array([1, 4, 6, 4, 1]) / 16


def sliced_wasserstein(result: ImageLike, style: ImageLike, levels: int = LEVELS) -> float:
    """Sliced 1-Wasserstein distance of 7 x 7 RGB patches from the style's, in grey levels of [0, 1].

    It is averaged over levels of a Laplacian pyramid; 0 for the style itself.

    Parameters
    ----------
    result, style : Tensor or EvaluatedImage
        (1, 3, H, W), RGB in [0, 1], from 7 px; of any sizes.
    levels : int
        How many of the finest levels of the pyramid count, 1 to 4.

    Returns
    -------
    float
        From 0 to about 0.8. Lower is closer.

    Raises
    ------
    NotMeasuredError
        For images below 7 px.

    Notes
    -----
    The pyramid has four levels, fewer where a side would fall below 7 px; the last is what remains after
    the bands. Of each level 8,192 seeded random patches are taken, or all, and projected on 512 seeded
    random unit vectors; the distance is the mean absolute difference of sorted projections, at as many
    quantiles as the smaller set has patches. Karras et al. normalise patches; here they are as they are,
    so colour and contrast count.

    References
    ----------
    Rabin et al. 2011, "Wasserstein barycenter and its application to texture mixing"; Karras et al. 2018,
    "Progressive growing of GANs", section 5; Burt and Adelson 1983, "The Laplacian pyramid as a compact
    image code".
    """
    return _mean_distance(result, style, rgb, PROJECTIONS, levels)


def sliced_wasserstein_of_luma(result: ImageLike, style: ImageLike) -> float:
    """As `SWD`, of 7 x 7 patches of luma and with 128 projections; in grey levels of [0, 1], 0 for the style.

    Parameters
    ----------
    result, style : Tensor or EvaluatedImage
        (1, 3, H, W), RGB in [0, 1], from 7 px; of any sizes.

    Returns
    -------
    float
        From 0 to about 0.8. Lower is closer.

    Raises
    ------
    NotMeasuredError
        For images below 7 px.

    Notes
    -----
    Whatever the colours are, this is about the strokes that light and dark make.
    """
    return _mean_distance(result, style, lambda image: luma(image)[..., None], LUMA_PROJECTIONS, LEVELS)


def _mean_distance(result: ImageLike, style: ImageLike, view: View, projections: int, levels: int) -> float:
    """Over the `levels` finest levels of what `view` sees of result and style."""
    images = tuple(EvaluatedImage.of(image) for image in (result, style))
    # How many levels of both images hold a patch; level k of n pixels has ceil(n / 2^k).
    shortest = min(*images[0].size, *images[1].size)
    depth = sum(-(-shortest // 2**level) >= PATCH for level in range(LEVELS))
    if depth == 0:
        raise NotMeasuredError(f"patches need {PATCH} px, a picture has {shortest} px")
    found, wanted = (
        image.once(
            ("patches", projections, depth), partial(_projected_patches, view, image, depth, projections)
        )
        for image in images
    )
    return fmean(_distance(*pair) for pair in list(zip(found, wanted, strict=True))[:levels])


def _projected_patches(view: View, image: EvaluatedImage, depth: int, projections: int) -> list[Array]:
    """Per level the sorted projections (projections, n) of n patches, at most 8,192."""
    picture = view(image).astype(np.float32)
    random = np.random.default_rng(SEED)
    directions = random.standard_normal((projections, PATCH**2 * picture.shape[-1])).astype(np.float32)
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    projected = []
    for level in _pyramid(picture, depth):
        windows = np.lib.stride_tricks.sliding_window_view(level, (PATCH, PATCH), (0, 1))
        rows, columns = windows.shape[:2]
        chosen = random.permutation(rows * columns)[:PATCHES]
        patches = windows[chosen // columns, chosen % columns].reshape(len(chosen), -1)
        projected.append(np.sort(directions @ patches.T, axis=1))
    return projected


def _distance(found: Array, wanted: Array) -> float:
    """Mean absolute difference of sorted projections, at as many quantiles as the smaller set has values."""
    count = min(found.shape[1], wanted.shape[1])
    return float(np.abs(_quantiles(found, count) - _quantiles(wanted, count)).mean())


def _quantiles(projections: Array, count: int) -> Array:
    """The values in the middles of `count` equal parts: all of them when there are as many."""
    available = projections.shape[1]
    if available == count:
        return projections
    return projections[:, (2 * np.arange(count) + 1) * available // (2 * count)]


def _pyramid(image: Array, depth: int) -> list[Array]:
    """`depth` - 1 bands of (H, W, C) and what remains, each half as large as the one before."""
    bands = []
    for _ in range(depth - 1):
        smaller = _blurred(image)[::2, ::2]
        height, width, channels = smaller.shape
        # Enlarged by zeros between the pixels, which are blurred away; 4 keeps the mean.
        sparse = np.zeros((2 * height, 2 * width, channels), np.float32)
        sparse[::2, ::2] = 4 * smaller
        bands.append(image - _blurred(sparse)[: image.shape[0], : image.shape[1]])
        image = smaller
    return [*bands, image]


def _blurred(image: Array) -> Array:
    """The binomial filter along both axes, mirrored at the border."""
    from scipy.ndimage import correlate1d

    across: Array = correlate1d(image, BINOMIAL, 1, mode="mirror")
    blurred: Array = correlate1d(across, BINOMIAL, 0, mode="mirror")
    return blurred


METRICS = (
    Metric(
        "SWD",
        "patches unlike the style's",
        "style",
        "lower",
        sliced_wasserstein,
        "style",
        main=True,
    ),
    Metric(
        "SWD_fine",
        "fine patches unlike the style's",
        "style",
        "lower",
        partial(sliced_wasserstein, levels=2),
        "style",
    ),
    Metric(
        "SWD_luma",
        "patches of light and dark unlike the style's",
        "style",
        "lower",
        sliced_wasserstein_of_luma,
        "style",
    ),
)
