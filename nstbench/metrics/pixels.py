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
    from nstbench.images.colour import luma

    return np.asarray(luma(side.image)[0, 0].cpu().numpy(), dtype=np.float64)


def luma_gradient(side: Sighted) -> tuple[Plane, Plane]:
    """Derivatives of the smoothed luma down and to the right, each (H, W), per pixel."""
    return side.once("luma gradient", lambda: _gradient(luma(side)))


def _gradient(plane: Plane) -> tuple[Plane, Plane]:
    from scipy.ndimage import gaussian_filter

    down, right = (gaussian_filter(plane, GRADIENT_SIGMA, order) for order in ((1, 0), (0, 1)))
    return down, right
