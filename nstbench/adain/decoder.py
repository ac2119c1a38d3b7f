"""The decoder: the encoder mirrored, from features back to a picture."""

from collections import OrderedDict
from collections.abc import Iterator
from typing import Literal

from torch import Tensor, nn

from nstbench.backbones.architecture import Architecture, Convolution, Pooling, output_channels
from nstbench.feedforward.network import InstanceNorm, NearestUpsampling

# What files of decoders hold, by their card.
KIND = "decoder"
Norm = Literal["none", "instance", "batch"]
NORMS: dict[Norm, type[nn.Module]] = {"instance": InstanceNorm, "batch": nn.BatchNorm2d}


class Decoder(nn.Module):
    """Takes features (B, N, H, W) of a layer of `encoder`, returns pictures (B, 3, s H, s W), about [0, 1].

    Every convolution is mirrored to one back to as many channels as it had come from, every pooling to
    repeated pixels; convolutions reflect their input at the border. All but the last have a ReLU behind them,
    and before that the `norm`, which the source advises against.
    Source: Huang and Belongie 2017, section 4.1; Soboleva.
    """

    def __init__(self, encoder: Architecture, layer: str, width: float = 1.0, norm: Norm = "none") -> None:
        super().__init__()
        self.layers = nn.Sequential(OrderedDict(_mirrored(encoder, layer, width, norm)))
        self.layers.apply(_keep_variance)

    def forward(self, features: Tensor) -> Tensor:
        picture: Tensor = self.layers(features)
        return picture


def _keep_variance(module: nn.Module) -> None:
    """Start convolutions as He et al. 2015 do; torch's own start lets the signal fade layer by layer."""
    if isinstance(module, nn.Conv2d):
        nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
        assert module.bias is not None
        nn.init.zeros_(module.bias)


def _mirrored(
    encoder: Architecture, deepest: str, width: float, norm: Norm
) -> Iterator[tuple[str, nn.Module]]:
    for index in reversed(range(encoder.layer_names.index(deepest) + 1)):
        layer = encoder.layers[index]
        match layer:
            case Pooling():
                yield f"un{layer.name}", NearestUpsampling()
            case Convolution():
                channels = output_channels(encoder.layers[:index], 3, width)
                inputs = encoder.channels(layer.name, width)
                yield (
                    f"de{layer.name}",
                    nn.Conv2d(inputs, channels, layer.kernel, padding=layer.padding, padding_mode="reflect"),
                )
                if index > 0:
                    if norm != "none":
                        yield f"norm_{layer.name}", NORMS[norm](channels)
                    yield f"relu_{layer.name}", nn.ReLU(inplace=True)
