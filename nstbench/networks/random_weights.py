"""Networks that learned nothing: the lower bound for every claim about trained features."""

from typing import TYPE_CHECKING

from nstbench.networks.architecture import Architecture
from nstbench.networks.embedded import EMBEDDED_WIDTH

if TYPE_CHECKING:
    from nstbench.networks.backbone import Backbone

# Weights by name -> channels relative to the original network.
RANDOM_WIDTHS = {"random": 1.0, "random-half": EMBEDDED_WIDTH}


def random_backbone(architecture: Architecture, width: float, pooling: str, seed: int) -> "Backbone":
    """Weights drawn as in He et al. 2015 (N(0, 2 / fan-in), no biases)."""
    import torch
    from torch import nn

    from nstbench.networks.backbone import Backbone

    backbone = Backbone(architecture, width, pooling)
    generator = torch.Generator().manual_seed(seed)
    for convolution in backbone.convolutions.values():
        nn.init.kaiming_normal_(convolution.weight, nonlinearity="relu", generator=generator)
        assert convolution.bias is not None
        nn.init.zeros_(convolution.bias)
    return backbone
