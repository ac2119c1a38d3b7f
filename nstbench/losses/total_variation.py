"""Total variation: how much neighbouring pixels differ, counted where both of them exist and are seen."""

from collections.abc import Callable
from typing import Literal

import torch
from torch import Tensor, nn


def absolute_variation(image: Tensor, visible: Tensor | None = None) -> Tensor:
    """Sum |x(p) - x(p + right)| + |x(p) - x(p + down)| over channels and pixels.

    Parameters
    ----------
    image
        x (B, C, H, W).
    visible
        How much of each pixel is seen, (1, 1, H, W) in [0, 1]; two neighbours count as much as the one of
        which less is seen. None for all of it.

    Returns
    -------
    Tensor
        (B,), one value a picture.

    References
    ----------
    The L1 form of Jain and Venkitachalam's code.
    """
    return _variation(torch.abs, image, visible)


def squared_variation(image: Tensor, visible: Tensor | None = None) -> Tensor:
    """Sum (x(p) - x(p + right))^2 + (x(p) - x(p + down))^2 over channels and pixels.

    Parameters
    ----------
    image
        x (B, C, H, W).
    visible
        As for `absolute_variation`.

    Returns
    -------
    Tensor
        (B,), one value a picture.

    References
    ----------
    Johnson et al. 2016, arXiv:1603.08155, section 3.2, with their code's exponent.
    """
    return _variation(torch.square, image, visible)


class TotalVariationLoss(nn.Module):
    """The roughness of pictures: their total variation, a mean over visible pixels and channels.

    Parameters
    ----------
    form
        `absolute` (L1) or `squared` differences.
    visible
        How much of each pixel is seen, (1, 1, H, W) in [0, 1], not 0 everywhere; None for all of it.
    """

    visible: Tensor | None

    def __init__(
        self, form: Literal["absolute", "squared"] = "squared", visible: Tensor | None = None
    ) -> None:
        super().__init__()
        self.register_buffer("visible", visible)
        self.variation = {"absolute": absolute_variation, "squared": squared_variation}[form]

    def forward(self, image: Tensor) -> Tensor:
        """Measure the roughness.

        Parameters
        ----------
        image
            (B, C, H, W).

        Returns
        -------
        Tensor
            The loss, a scalar.
        """
        # By the number of pixels and channels, so that a weight means the same at every size.
        total = self.variation(image, self.visible).sum()
        if self.visible is None:
            return total / image.numel()
        return total / (self.visible.sum() * len(image) * image.shape[1])


def _variation(size: Callable[[Tensor], Tensor], image: Tensor, visible: Tensor | None) -> Tensor:
    """Sum the sizes of differences from the pixels below and to the right, as far as both pixels are seen."""
    total = image.new_zeros(len(image))
    for axis in (-1, -2):
        sizes = size(image.diff(dim=axis))
        if visible is not None:
            length = visible.shape[axis] - 1
            sizes = sizes * visible.narrow(axis, 1, length).minimum(visible.narrow(axis, 0, length))
        total = total + sizes.sum((1, 2, 3))
    return total
