"""A penalty on channels that fire rarely and then hugely.

Nothing in the distillation holds back a layer that no head taps, and a few channels may learn to fire on one
picture in a hundred, hundreds of times as strongly as on average. Mean-1 activations then let them swamp
every Gram matrix.
"""

import math

import torch
from torch import Tensor, nn

from nstbench.networks.distillation.batch_norm import NormalisedConvolution

# Mean square over squared mean of an activation that goes unpunished.
ALLOWED = 12.0
# An activation is looked at in no more rows and columns: that says enough, and takes a tenth of the time.
MOST_ROWS = 16


class Rarity:
    """Collects the penalty of every normalised convolution that a forward pass in training runs.

    Parameters
    ----------
    network
        Watched from now on.
    """

    def __init__(self, network: nn.Module) -> None:
        self._penalties: list[Tensor] = []
        for module in network.modules():
            if isinstance(module, NormalisedConvolution):
                module.register_forward_hook(self._collect)

    def _collect(self, module: nn.Module, _input: tuple[Tensor, ...], output: Tensor) -> None:
        if module.training:
            every = math.ceil(output.shape[-1] / MOST_ROWS)
            # Sliced with channels last, as it lies in memory, or its gradient would be copied to and fro.
            points = output.permute(0, 2, 3, 1)[:, ::every, ::every].permute(0, 3, 1, 2)
            self._penalties.append(rarity(points.float().relu()))

    def take(self) -> Tensor:
        """The penalty since the last call.

        Returns
        -------
        Tensor
            (), the sum over all convolutions.
        """
        total = torch.stack(self._penalties).sum()
        self._penalties.clear()
        return total


def rarity(activation: Tensor) -> Tensor:
    """Mean over channels of max(0, log(mean square / mean^2 / ALLOWED)).

    Parameters
    ----------
    activation
        (N, C, H, W), not negative.

    Returns
    -------
    Tensor
        (), 0 where no channel fires rarely and hugely.
    """
    mean, square = activation.mean((0, 2, 3)), activation.square().mean((0, 2, 3))
    excess = (square + 1e-8).log() - 2 * (mean + 1e-4).log() - math.log(ALLOWED)
    return excess.relu().mean()
