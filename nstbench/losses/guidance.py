"""Losses that look at a part of a picture: the guidance channels of Gatys et al. 2017.

Features are multiplied by a channel T that is 0 where a loss is not to look, before the loss sees them:

    G(T F)_ij = 1/M sum_p T(p)^2 F_i(p) F_j(p),   1/M sum_p T(p)^2 = 1

so a Gram matrix, or a mean of squared differences, becomes a mean over the part. How much of a position
counts is T^2: the share of its square of pixels that belongs to the part.
"""

from collections.abc import Callable

from torch import Tensor, nn
from torch.nn.functional import adaptive_avg_pool2d


def guidance(part: Tensor, height: int, width: int) -> Tensor:
    """Make the guidance channel of a layer.

    Parameters
    ----------
    part
        (1, 1, H, W) in [0, 1]: how much of each pixel belongs to the part; not 0 everywhere.
    height, width
        Of the layer, in positions; at most H and W.

    Returns
    -------
    Tensor
        T (1, 1, height, width), at least 0, with a mean square of 1.

    References
    ----------
    Gatys, Ecker, Bethge, Hertzmann and Shechtman 2017, arXiv:1611.07865, section 4.1.
    """
    shares = adaptive_avg_pool2d(part, (height, width))
    return (shares / shares.mean()).sqrt()


class GuidedLoss(nn.Module):
    """A loss that looks at a part of the picture only.

    Parameters
    ----------
    loss
        From features (1, N, H, W) to a scalar; its target is of guided features, too.
    part
        (1, 1, h, w) in [0, 1], of the picture's size.

    References
    ----------
    Gatys et al. 2017, arXiv:1611.07865, eq. 4 and 5.
    """

    part: Tensor

    def __init__(self, loss: Callable[[Tensor], Tensor], part: Tensor) -> None:
        super().__init__()
        self.loss = loss
        self.register_buffer("part", part)

    @property
    def factor(self) -> float:
        """What the loss divides its distance by, as a factor."""
        return float(getattr(self.loss, "factor", 1.0))

    def forward(self, features: Tensor) -> Tensor:
        """Compare a part of a picture with the target.

        Parameters
        ----------
        features
            F (1, N, H, W) of the layer.

        Returns
        -------
        Tensor
            The loss, a scalar.
        """
        return self.loss(features * guidance(self.part, *features.shape[-2:]).to(features))


def guided(
    loss_from: Callable[[Tensor], Callable[[Tensor], Tensor]],
    target: Tensor,
    target_part: Tensor | None,
    part: Tensor | None,
) -> Callable[[Tensor], Tensor]:
    """Make a loss that compares a part of a picture with a part of its target.

    Parameters
    ----------
    loss_from
        Makes the loss from a target's features.
    target
        The target's features (1, N, H, W) in one layer.
    target_part, part
        (1, 1, h, w) in [0, 1], of the sizes of the target's picture and of the picture; None for all of it.

    Returns
    -------
    callable
        From the picture's features (1, N, H, W) to a scalar.
    """
    if target_part is not None:
        target = target * guidance(target_part, *target.shape[-2:]).to(target)
    loss = loss_from(target)
    return loss if part is None else GuidedLoss(loss, part)
