"""Content: the activations themselves."""

import torch
from torch import Tensor, nn

from nstbench.losses.distances import Distance, squared_distance


def activations(features: Tensor) -> Tensor:
    """Features in a precision in which differences and sums are exact enough.

    Parameters
    ----------
    features
        Of any shape.

    Returns
    -------
    Tensor
        The same values, in fp32 when they were bf16.
    """
    return features.to(torch.promote_types(features.dtype, torch.float32))


class ContentLoss(nn.Module):
    """How far features F are from those of the content, P: |F - P|^2 / (2 N M).

    The paper sums over features; the division by their number, N channels at M positions, makes the loss
    mean the same at every size of picture.

    Parameters
    ----------
    target
        P (B, N, H, W), the content's features in one layer.
    distance
        How both are compared.

    References
    ----------
    Gatys, Ecker and Bethge 2015, arXiv:1508.06576, eq. 1.
    """

    target: Tensor

    def __init__(self, target: Tensor, distance: Distance = squared_distance) -> None:
        super().__init__()
        self.register_buffer("target", activations(target.detach()))
        # Gatys et al. 2015, eq. 1, do not divide by N M; so a weight means the same at every layer and size.
        self.factor = 0.5 / target.numel()
        self.distance = distance

    def forward(self, features: Tensor) -> Tensor:
        """Compare a picture with the content.

        Parameters
        ----------
        features
            F (B, N, H, W) of the same layer.

        Returns
        -------
        Tensor
            The loss, a scalar.
        """
        return self.factor * self.distance(activations(features), self.target)
