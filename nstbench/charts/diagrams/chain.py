"""Networks that are one chain of layers, as schematics draw them: what changes the shape, and to what."""

from collections.abc import Iterable
from dataclasses import dataclass

from nstbench.core.errors import InputError
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
        raise InputError(f"unknown network {network!r}; allowed: {', '.join(CHAINS)}")
    return CHAINS[network]


def _of_backbone(layers: Iterable[Layer]) -> list[ChainLayer]:
    """Convolutions and poolings."""
    rows: list[ChainLayer] = []
    channels = 3
    for layer in layers:
        match layer:
            case Convolution():
                channels = layer.channels
                rows.append(ChainLayer(layer.name, "convolution", channels, layer.kernel, layer.stride))
            case Pooling():
                rows.append(ChainLayer(layer.name, "pooling", channels, layer.kernel, layer.stride))
    return rows


def _of_transformation(layer: transformation.Layer) -> ChainLayer:
    match layer:
        case Convolution():
            return ChainLayer(layer.name, "convolution", layer.channels, layer.kernel, layer.stride)
        case transformation.Residual():
            return ChainLayer(layer.name, "residual block", layer.channels, 3, 1)
        case transformation.UpsamplingConvolution():
            return ChainLayer(layer.name, "upsampling", layer.channels, 3, 1 / 2)


def _of_decoder(layers: Iterable[Convolution | adain.Upsampling]) -> list[ChainLayer]:
    """Convolutions, and upsamplings with the channels that they find."""
    rows: list[ChainLayer] = []
    for layer in layers:
        match layer:
            case Convolution():
                rows.append(ChainLayer(layer.name, "convolution", layer.channels, layer.kernel, 1))
            case adain.Upsampling():
                rows.append(ChainLayer(layer.name, "upsampling", rows[-1].channels, 1, 1 / 2))
    return rows


CHAINS = {
    "vgg16": _of_backbone(VGG16.layers),
    "vgg19": _of_backbone(VGG19.layers),
    "encoder": _of_backbone(VGG19.layers[: VGG19.layer_names.index(adain.DEEPEST)]),
    "decoder": _of_decoder(adain.mirrored(VGG19)),
    "transformation": [_of_transformation(layer) for layer in transformation.LAYERS],
}
