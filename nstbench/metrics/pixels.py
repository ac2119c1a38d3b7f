"""Pictures as the arrays that metrics without a network compare; each is computed once per picture."""

import numpy as np
from numpy.typing import NDArray

from nstbench.metrics.base import Sighted

Plane = NDArray[np.float64]
# Standard deviation, in pixels, of the Gaussian whose derivative takes gradients.
GRADIENT_SIGMA = 1.5
# Gradients of a flat picture are rounding errors; one grey level in one pixel is far above this.
FLAT = 1e-9


def rgb(side: Sighted) -> Plane:
    """(H, W, 3), RGB in [0, 1]."""
    return np.asarray(side.image[0].permute(1, 2, 0).cpu().numpy(), dtype=np.float64)


def luma(side: Sighted) -> Plane:
    """(H, W), Y of YIQ in [0, 1]."""
    from nstbench.images.colour_spaces import luma

    return np.asarray(luma(side.image)[0, 0].cpu().numpy(), dtype=np.float64)


def mean_colour_difference(one: Plane, other: Plane) -> float:
    """Mean over pixels of CIEDE2000 (D65; Luo, Cui and Rigg 2001) between pictures (H, W, 3), RGB in [0, 1].

    0 for equal ones, 1 is about what an eye can see, black and white are 100 apart.
    """
    from skimage.color import deltaE_ciede2000, rgb2lab

    return float(deltaE_ciede2000(rgb2lab(one), rgb2lab(other)).mean())


def luma_gradient(side: Sighted) -> tuple[Plane, Plane]:
    """Derivatives of the smoothed luma down and to the right, each (H, W), per pixel."""
    return side.once("luma gradient", lambda: _gradient(luma(side)))


def _gradient(plane: Plane) -> tuple[Plane, Plane]:
    from scipy.ndimage import gaussian_filter

    down, right = (gaussian_filter(plane, GRADIENT_SIGMA, order) for order in ((1, 0), (0, 1)))
    return down, right
