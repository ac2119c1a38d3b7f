"""Temporal consistency: a frame looks as the one before does, wherever the same thing is seen."""

import torch
from torch import Tensor, nn


class TemporalLoss(nn.Module):
    """How far a frame x is from the one before, brought to its places, w: sum c (x - w)^2 / D.

    Parameters
    ----------
    target
        w (1, 3, H, W), the frame before it, warped; RGB in [0, 1].
    trust
        c (1, 1, H, W) in [0, 1]: 0 where w shows something else.

    References
    ----------
    Ruder, Dosovitskiy and Brox 2016, arXiv:1604.08610, eq. 7, with D the number of values of x.
    """

    target: Tensor
    trust: Tensor

    def __init__(self, target: Tensor, trust: Tensor) -> None:
        super().__init__()
        self.register_buffer("target", target.detach())
        self.register_buffer("trust", trust.detach())

    def forward(self, image: Tensor) -> Tensor:
        """Compare a frame with the one before.

        Parameters
        ----------
        image
            x (1, 3, H, W), RGB in [0, 1].

        Returns
        -------
        Tensor
            The loss, a scalar.
        """
        return (self.trust * (image - self.target).square()).sum() / image.numel()


def blended(made: Tensor, target: Tensor, trust: Tensor, weight: float) -> Tensor:
    """Minimise |x - made|^2 + weight sum c (x - w)^2 over x, which is a mean of both pictures.

    Parameters
    ----------
    made
        (1, 3, H, W), what a method has made of the frame by itself.
    target, trust
        w and c, as of `TemporalLoss`.
    weight
        At least 0.

    Returns
    -------
    Tensor
        (1, 3, H, W).
    """
    return torch.lerp(made, target, weight * trust / (1 + weight * trust))
