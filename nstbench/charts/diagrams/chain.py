"""Networks that are one chain of layers, as schematics draw them: what changes the shape, and to what."""

from collections.abc import Iterable
from dataclasses import dataclass

from nstbench.core.errors import InputError, shortened
from nstbench.methods.adain2017 import architecture as adain
from nstbench.methods.johnson2016 import architecture as transformation
from nstbench.networks.architecture import Convolution, Layer, Pooling
from nstbench.networks.vgg import VGG16, VGG19


@dataclass(frozen=True)
class ChainLayer:
    """A layer with the channels behind it; `stride` is 1/2 where it doubles the resolution."""

    name: str
    kind: str
    channels: int
    kernel: int
    stride: float


def chain(network: str) -> list[ChainLayer]:
    """The layers of a network at full width, from the input on; InputError when there is no such network."""
    if network not in CHAINS:
        raise InputError(f"unknown network {shortened(network)}; allowed: {', '.join(CHAINS)}")
    return CHAINS[network]


def _layers(table: Iterable[Layer | transformation.Layer | adain.Upsampling]) -> list[ChainLayer]:
    """Those layers of the table of a network that change the shape, or may."""
    rows: list[ChainLayer] = []
    channels = 3
    for layer in table:
        match layer:
            case Convolution(name, channels, kernel, stride):
                rows.append(ChainLayer(name, "convolution", channels, kernel, stride))
            case Pooling(name, kernel, stride):
                rows.append(ChainLayer(name, "pooling", channels, kernel, stride))
            case transformation.Residual(name, channels):
                rows.append(ChainLayer(name, "residual block", channels, 3, 1))
            case transformation.UpsamplingConvolution(name, channels):
                rows.append(ChainLayer(name, "upsampling", channels, 3, 1 / 2))
            case adain.Upsampling(name):
                rows.append(ChainLayer(name, "upsampling", channels, 1, 1 / 2))
    return rows


CHAINS = {
    "vgg16": _layers(VGG16.layers),
    "vgg19": _layers(VGG19.layers),
    "encoder": _layers(VGG19.layers[: VGG19.layer_names.index(adain.DEEPEST)]),
    "decoder": _layers(adain.mirrored(VGG19)),
    "transformation": _layers(transformation.LAYERS),
}
