"""The decoder: the encoder mirrored, from features back to a picture."""

from collections import OrderedDict
from collections.abc import Iterator
from typing import Literal

from torch import Tensor, nn

from nstbench.methods.adain2017.architecture import Convolution, Upsampling, mirrored
from nstbench.methods.johnson2016.network import InstanceNorm, NearestUpsampling
from nstbench.networks.architecture import Architecture

# What files of decoders hold, by their card.
KIND = "decoder"
Norm = Literal["none", "instance", "batch"]
NORMS: dict[Norm, type[nn.Module]] = {"instance": InstanceNorm, "batch": nn.BatchNorm2d}


class Decoder(nn.Module):
    """Takes features (B, N, H, W) of the deepest layer, returns pictures (B, 3, 8 H, 8 W), about [0, 1].

    Convolutions reflect their input at the border. All but the last have a ReLU behind them, and before that
    the `norm`, which Huang and Belongie (2017) and Soboleva advise against.
    """

    def __init__(self, encoder: Architecture, width: float = 1.0, norm: Norm = "none") -> None:
        super().__init__()
        self.layers = nn.Sequential(OrderedDict(_modules(encoder, width, norm)))
        self.layers.apply(_keep_variance)

    def forward(self, features: Tensor) -> Tensor:
        picture: Tensor = self.layers(features)
        return picture


def _modules(encoder: Architecture, width: float, norm: Norm) -> Iterator[tuple[str, nn.Module]]:
    *inner, last = mirrored(encoder, width)
    for layer in inner:
        match layer:
            case Upsampling():
                yield layer.name, NearestUpsampling()
            case Convolution():
                yield layer.name, _convolution(layer)
                if norm != "none":
                    yield f"{layer.name}_norm", NORMS[norm](layer.channels)
                yield f"{layer.name}_relu", nn.ReLU(inplace=True)
    assert isinstance(last, Convolution)
    yield last.name, _convolution(last)


def _convolution(layer: Convolution) -> nn.Conv2d:
    return nn.Conv2d(
        layer.inputs, layer.channels, layer.kernel, padding=layer.kernel // 2, padding_mode="reflect"
    )


def _keep_variance(module: nn.Module) -> None:
    """Start convolutions as He et al. 2015 do; torch's own start lets the signal fade layer by layer."""
    if isinstance(module, nn.Conv2d):
        nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
        assert module.bias is not None
        nn.init.zeros_(module.bias)
