"""What the encoder gives, and the decoder that mirrors it, as data; no torch needed."""

from collections.abc import Iterator
from dataclasses import dataclass

from nstbench.networks import architecture as backbone
from nstbench.networks.architecture import Architecture, output_channels

# Every block's first layer: AdaIN is at the last of them, the style is compared at all.
LAYERS = ("relu1_1", "relu2_1", "relu3_1", "relu4_1")
DEEPEST = LAYERS[-1]


@dataclass(frozen=True)
class Convolution:
    """A square convolution of stride 1, from `inputs` channels to `channels`."""

    name: str
    inputs: int
    channels: int
    kernel: int


@dataclass(frozen=True)
class Upsampling:
    """Every pixel repeated in a square of four."""

    name: str


Layer = Convolution | Upsampling


def mirrored(encoder: Architecture, width: float = 1.0) -> Iterator[Layer]:
    """The layers of a decoder, from DEEPEST back to the picture.

    Every convolution of the encoder becomes one back to as many channels as it had come from, every pooling
    an upsampling. Source: Huang and Belongie 2017, section 4.1; Soboleva.
    """
    for index in reversed(range(encoder.layer_names.index(DEEPEST) + 1)):
        layer = encoder.layers[index]
        match layer:
            case backbone.Pooling():
                yield Upsampling(f"un{layer.name}")
            case backbone.Convolution():
                outputs = output_channels([layer], 0, width)
                inputs = output_channels(encoder.layers[:index], 3, width)
                yield Convolution(f"de{layer.name}", outputs, inputs, layer.kernel)
