"""Losses that look at a part of a picture: the guidance channels of Gatys et al. 2017.

Features are multiplied by a channel T that is 0 where a loss is not to look, before the loss sees them:

    G(T F)_ij = 1/M sum_p T(p)^2 F_i(p) F_j(p),   1/M sum_p T(p)^2 = 1

so a Gram matrix, or a mean of squared differences, becomes a mean over the part. How much of a position
counts is T^2: the share of its square of pixels that belongs to the part. A loss that is no mean of products
is given the positions of the part alone.
"""

from collections.abc import Callable, Sequence

import torch
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
    """A loss of products of features that looks at a part of the picture only.

    Parameters
    ----------
    loss
        From features (1, N, H, W) of one layer or several to a scalar; its target is of guided features, too.
    part
        (1, 1, h, w) in [0, 1], of the picture's size; None for all of it.
    shift
        Added to all features before they are guided, so that what is not looked at stays 0.

    References
    ----------
    Gatys et al. 2017, arXiv:1611.07865, eq. 4 and 5.
    """

    part: Tensor | None

    def __init__(self, loss: Callable[..., Tensor], part: Tensor | None, shift: float = 0.0) -> None:
        super().__init__()
        self.loss = loss
        self.register_buffer("part", part)
        self.shift = shift

    @property
    def factor(self) -> float:
        """What the loss divides its distance by, as a factor."""
        return float(getattr(self.loss, "factor", 1.0))

    def forward(self, *features: Tensor) -> Tensor:
        """Compare a part of a picture with the target.

        Parameters
        ----------
        *features
            F (1, N, H, W) of each layer; every layer has a guidance channel of its own size.

        Returns
        -------
        Tensor
            The loss, a scalar.
        """
        return self.loss(*_guided_features(features, self.part, self.shift))


def guided(
    loss_from: Callable[..., Callable[..., Tensor]],
    targets: Sequence[Tensor],
    target_part: Tensor | None,
    part: Tensor | None,
    shift: float = 0.0,
) -> Callable[..., Tensor]:
    """Make a loss of products that compares a part of a picture with a part of its target.

    Parameters
    ----------
    loss_from
        Makes the loss from a target's features in each layer.
    targets
        The target's features (1, N, h, w) in each layer that the loss is of.
    target_part, part
        (1, 1, h, w) in [0, 1], of the sizes of the target's picture and of the picture; None for all of it.
    shift
        Added to all features before they are guided; a loss with a shift of its own would add it to what is
        not looked at as well.

    Returns
    -------
    callable
        From the picture's features (1, N, H, W) in each layer to a scalar.
    """
    loss = loss_from(*_guided_features(targets, target_part, shift))
    return loss if part is None and not shift else GuidedLoss(loss, part, shift)


def _guided_features(features: Sequence[Tensor], part: Tensor | None, shift: float) -> list[Tensor]:
    shifted = [each + shift if shift else each for each in features]
    if part is None:
        return shifted
    return [each * guidance(part, *each.shape[-2:]).to(each) for each in shifted]


class LossOfPositions(nn.Module):
    """A loss that is given the positions of a part only; for one to which it is all the same where they are.

    Parameters
    ----------
    loss
        From features (1, N, 1, M) to a scalar.
    part
        (1, 1, h, w) in [0, 1], of the picture's size.
    """

    part: Tensor

    def __init__(self, loss: Callable[[Tensor], Tensor], part: Tensor) -> None:
        super().__init__()
        self.loss = loss
        self.register_buffer("part", part)

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
        return self.loss(positions_of(self.part, features))


def of_positions(
    loss_from: Callable[..., Callable[..., Tensor]],
    targets: Sequence[Tensor],
    target_part: Tensor | None,
    part: Tensor | None,
) -> Callable[..., Tensor]:
    """Make a loss that compares the positions of a part of a picture with those of a part of its target.

    Parameters
    ----------
    loss_from, targets, target_part, part
        As for `guided`, of one layer.

    Returns
    -------
    callable
        From the picture's features (1, N, H, W) to a scalar.
    """
    loss = loss_from(*(each if target_part is None else positions_of(target_part, each) for each in targets))
    return loss if part is None else LossOfPositions(loss, part)


def positions_of(part: Tensor, features: Tensor) -> Tensor:
    """Choose the positions of a part.

    Parameters
    ----------
    part
        (1, 1, h, w) in [0, 1], of the picture's size.
    features
        F (1, N, H, W), of two positions at least.

    Returns
    -------
    Tensor
        (1, N, 1, M): the positions of which the part has at least half; the two of which it has most where
        there are no two such.
    """
    height, width = features.shape[-2:]
    shares = adaptive_avg_pool2d(part, (height, width)).flatten()
    chosen = torch.nonzero(shares >= 0.5)[:, 0]
    if len(chosen) < 2:  # A single position has no spread.
        chosen = shares.topk(2).indices
    return features.flatten(2)[:, :, None, chosen.to(features.device)]
