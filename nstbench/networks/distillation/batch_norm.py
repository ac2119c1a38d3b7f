"""Batch normalisation for the training only: put behind every convolution, then folded into it."""

from collections.abc import Callable
from typing import Any

from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from nstbench.networks.backbone import Backbone


class NormalisedConvolution(nn.Sequential):
    """A convolution and its batch normalisation.

    Parameters
    ----------
    convolution
        Whose output is normalised.
    """

    def __init__(self, convolution: nn.Conv2d) -> None:
        super().__init__(convolution, nn.BatchNorm2d(convolution.out_channels))

    def folded(self) -> nn.Conv2d:
        """The convolution that gives what both do in evaluation mode.

        Returns
        -------
        Conv2d
            With the weights and biases of both.
        """
        convolution, norm = self.eval()
        assert isinstance(convolution, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d)
        return fuse_conv_bn_eval(convolution, norm)


def insert_batch_norm(backbone: Backbone) -> None:
    """Give every convolution fresh weights and a batch normalisation.

    Parameters
    ----------
    backbone
        Changed in place.

    References
    ----------
    He, Zhang, Ren and Sun 2015, Delving deep into rectifiers, arXiv:1502.01852 (weights).
    """
    for convolution in backbone.convolutions.values():
        nn.init.kaiming_normal_(convolution.weight, nonlinearity="relu")
    _replace(backbone, nn.Conv2d, NormalisedConvolution)


def fold_batch_norm(backbone: Backbone) -> None:
    """Undo `insert_batch_norm`, with the normalisations in the convolutions' weights and biases.

    Parameters
    ----------
    backbone
        Changed in place.
    """
    _replace(backbone, NormalisedConvolution, NormalisedConvolution.folded)


def _replace(root: nn.Module, kind: type[nn.Module], new: Callable[[Any], nn.Module]) -> None:
    for parent in list(root.modules()):
        for name, child in list(parent.named_children()):
            if isinstance(child, kind):
                parent.register_module(name, new(child))
