"""Flicker: what changes between two frames besides what moves."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor


def warping_error(frame: "Tensor", before: "Tensor", flow: "Tensor", seen: "Tensor") -> float:
    """Measure how far a frame is from the one before, brought to its places.

    Parameters
    ----------
    frame, before
        (1, 3, H, W), RGB in [0, 1].
    flow
        (1, 2, H, W), from the frame to the one before, in pixels.
    seen
        (1, 1, H, W), 1 where both show the same point, 0 elsewhere.

    Returns
    -------
    float
        The root of the mean squared difference where `seen`, in grey levels of 255; NaN when nothing is.

    References
    ----------
    Lai et al. 2018, Learning blind video temporal consistency, arXiv:1808.00449, section 5.1, whose measure
    is the square of this one.
    """
    from nstbench.images.optical_flow import warped

    difference = (frame - warped(before, flow)).square() * seen
    return 255 * float((difference.sum() / (3 * seen.sum())).sqrt())
