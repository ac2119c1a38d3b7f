"""Colour spaces."""

from torch import Tensor

# Y of YIQ (ITU-R BT.601).
LUMA = (0.299, 0.587, 0.114)


def luma(image: Tensor) -> Tensor:
    """Compute the luma of an image, Y of YIQ.

    Parameters
    ----------
    image : Tensor
        (B, 3, H, W), RGB in [0, 1].

    Returns
    -------
    Tensor
        (B, 1, H, W) in [0, 1].

    References
    ----------
    ITU-R BT.601.
    """
    return (image * image.new_tensor(LUMA).view(1, 3, 1, 1)).sum(1, keepdim=True)
