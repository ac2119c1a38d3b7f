"""Images as the arrays that metrics without a network compare; each is computed once per image."""

import numpy as np
from numpy.typing import NDArray

from nstbench.metrics.base import EvaluatedImage, ImageLike

Plane = NDArray[np.float64]
# Standard deviation, in pixels, of the Gaussian whose derivative takes gradients.
GRADIENT_SIGMA = 1.5
# Gradients of a flat picture are rounding errors; one grey level in one pixel is far above this.
FLAT = 1e-9


def rgb(image: ImageLike) -> Plane:
    """Give an image as an array.

    Parameters
    ----------
    image : Tensor or EvaluatedImage
        (1, 3, H, W), RGB in [0, 1].

    Returns
    -------
    array
        (H, W, 3), RGB in [0, 1].
    """
    return np.asarray(EvaluatedImage.of(image).image[0].permute(1, 2, 0).cpu().numpy(), dtype=np.float64)


def luma(image: ImageLike) -> Plane:
    """Give the luma of an image as an array.

    Parameters
    ----------
    image : Tensor or EvaluatedImage
        (1, 3, H, W), RGB in [0, 1].

    Returns
    -------
    array
        (H, W), Y of YIQ, in [0, 1].
    """
    from nstbench.images.colour_spaces import luma

    return np.asarray(luma(EvaluatedImage.of(image).image)[0, 0].cpu().numpy(), dtype=np.float64)


def luma_gradient(image: ImageLike) -> tuple[Plane, Plane]:
    """Differentiate the luma of an image, smoothed by a Gaussian of `GRADIENT_SIGMA`.

    Parameters
    ----------
    image : Tensor or EvaluatedImage
        (1, 3, H, W), RGB in [0, 1].

    Returns
    -------
    down, right : array
        (H, W), the change per pixel.
    """
    from scipy.ndimage import gaussian_filter

    def gradient() -> tuple[Plane, Plane]:
        plane = luma(image)
        down, right = (gaussian_filter(plane, GRADIENT_SIGMA, order) for order in ((1, 0), (0, 1)))
        return down, right

    return EvaluatedImage.of(image).once("luma gradient", gradient)


def resized(image: ImageLike, size: tuple[int, int]) -> EvaluatedImage:
    """Scale an image, for metrics that compare place by place.

    Parameters
    ----------
    image : Tensor or EvaluatedImage
        (1, 3, H, W), RGB in [0, 1].
    size : tuple of int
        The new height and width. The aspect ratio is not kept.

    Returns
    -------
    EvaluatedImage
        Scaled bicubically with anti-aliasing and clipped to [0, 1]; the same image where it has that size.
    """
    image = EvaluatedImage.of(image)
    if image.size == size:
        return image

    def scaled() -> EvaluatedImage:
        from torch.nn.functional import interpolate

        pixels = interpolate(image.image, size, mode="bicubic", antialias=True).clamp(0, 1)
        return EvaluatedImage(pixels, image.backbones)

    return image.once(("resized", *size), scaled)


def mean_colour_difference(one: Plane, other: Plane) -> float:
    """Compare two pictures by the mean over pixels of CIEDE2000 (D65).

    Parameters
    ----------
    one, other : array
        (H, W, 3), RGB in [0, 1].

    Returns
    -------
    float
        0 for equal ones; 1 is about what an eye can see, black and white are 100 apart. Lower is closer.

    References
    ----------
    Luo, Cui and Rigg 2001, "The development of the CIE 2000 colour-difference formula: CIEDE2000".
    """
    from skimage.color import deltaE_ciede2000, rgb2lab

    return float(deltaE_ciede2000(rgb2lab(one), rgb2lab(other)).mean())
