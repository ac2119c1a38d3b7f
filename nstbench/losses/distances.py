"""How a statistic of features is compared with that of a target."""

from collections.abc import Callable

import torch
from torch import Tensor

# From a statistic and its target, of one shape, to a loss ().
Distance = Callable[[Tensor, Tensor], Tensor]


def squared_distance(found: Tensor, target: Tensor) -> Tensor:
    """Sum of squared differences, sum (x - y)^2.

    Parameters
    ----------
    found, target
        Tensors of one shape.

    Returns
    -------
    Tensor
        A scalar.

    References
    ----------
    Gatys, Ecker and Bethge 2015, arXiv:1508.06576, eq. 1 and 4.
    """
    return (found - target).square().sum()


def gradient_normalised_distance(found: Tensor, target: Tensor) -> Tensor:
    """Sum of squared differences d, divided by mean |2 d|, which counts as a constant.

    The gradient with respect to `found` has a mean magnitude of 1 however near the target is. It is the
    gradient of no function, so line searches do not apply.

    Parameters
    ----------
    found, target
        Tensors of one shape.

    Returns
    -------
    Tensor
        A scalar; 0, with a gradient of 0, where both are equal.

    References
    ----------
    Tai's code `neuralart`, which does so for GoogLeNet.
    """
    difference = found - target
    magnitude = 2 * difference.detach().abs().mean()
    return difference.square().sum() / magnitude.clamp_min(torch.finfo(magnitude.dtype).tiny)
