"""Total variation: how much neighbouring pixels differ, counted only where both of them exist."""

from torch import Tensor


def absolute_variation(image: Tensor) -> Tensor:
    """sum |x(p) - x(p + right)| + |x(p) - x(p + down)| over channels and pixels.

    Takes (B, C, H, W), returns (B,). Source: the L1 form of Jain and Venkitachalam's code.
    """
    across, down = _differences(image)
    return across.abs().sum((1, 2, 3)) + down.abs().sum((1, 2, 3))


def squared_variation(image: Tensor) -> Tensor:
    """sum (x(p) - x(p + right))^2 + (x(p) - x(p + down))^2 over channels and pixels.

    Takes (B, C, H, W), returns (B,). Source: Johnson et al. 2016, section 3.2, with their code's exponent.
    """
    across, down = _differences(image)
    return across.square().sum((1, 2, 3)) + down.square().sum((1, 2, 3))


def _differences(image: Tensor) -> tuple[Tensor, Tensor]:
    return image[..., :, 1:] - image[..., :, :-1], image[..., 1:, :] - image[..., :-1, :]
