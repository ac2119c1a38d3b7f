"""Total variation: how much neighbouring pixels differ, counted only where both of them exist."""

from typing import Literal

from torch import Tensor, nn


def absolute_variation(image: Tensor) -> Tensor:
    """Sum |x(p) - x(p + right)| + |x(p) - x(p + down)| over channels and pixels.

    Parameters
    ----------
    image
        x (B, C, H, W).

    Returns
    -------
    Tensor
        (B,), one value a picture.

    References
    ----------
    The L1 form of Jain and Venkitachalam's code.
    """
    across, down = _differences(image)
    return across.abs().sum((1, 2, 3)) + down.abs().sum((1, 2, 3))


def squared_variation(image: Tensor) -> Tensor:
    """Sum (x(p) - x(p + right))^2 + (x(p) - x(p + down))^2 over channels and pixels.

    Parameters
    ----------
    image
        x (B, C, H, W).

    Returns
    -------
    Tensor
        (B,), one value a picture.

    References
    ----------
    Johnson et al. 2016, arXiv:1603.08155, section 3.2, with their code's exponent.
    """
    across, down = _differences(image)
    return across.square().sum((1, 2, 3)) + down.square().sum((1, 2, 3))


class TotalVariationLoss(nn.Module):
    """The roughness of pictures: their total variation, a mean over pixels and channels.

    Parameters
    ----------
    form
        `absolute` (L1) or `squared` differences.
    """

    def __init__(self, form: Literal["absolute", "squared"] = "squared") -> None:
        super().__init__()
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
        return self.variation(image).sum() / image.numel()


def _differences(image: Tensor) -> tuple[Tensor, Tensor]:
    return image[..., :, 1:] - image[..., :, :-1], image[..., 1:, :] - image[..., :-1, :]
