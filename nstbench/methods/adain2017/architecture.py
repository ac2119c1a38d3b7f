"""Which layers of the encoder count, and the decoder that mirrors it, as data; no torch needed."""

from collections.abc import Iterator
from dataclasses import dataclass

from nstbench.networks.architecture import Architecture, Convolution, Pooling, output_channels

# Every block's first layer: AdaIN is at the last of them, the style is compared at all.
LAYERS = ("relu1_1", "relu2_1", "relu3_1", "relu4_1")
DEEPEST = LAYERS[-1]


@dataclass(frozen=True)
class Upsampling:
    """Every pixel repeated in a square of four.

    Parameters
    ----------
    name
        Of the layer.
    """

    name: str


def mirrored(encoder: Architecture, width: float = 1.0) -> Iterator[Convolution | Upsampling]:
    """The layers of a decoder, from DEEPEST back to the picture.

    Every convolution of the encoder becomes one back to as many channels as it had come from, every pooling
    an up-sampling.

    Parameters
    ----------
    encoder
        A chain of 3x3 convolutions and 2x2 poolings with a layer DEEPEST, as the VGGs are.
    width
        Channels of the encoder relative to the original one, in (0, 1].

    Yields
    ------
    Convolution or Upsampling
        With their channels at that width.

    References
    ----------
    Huang and Belongie 2017, arXiv:1703.06868; Soboleva.
    """
    for index in reversed(range(encoder.layer_names.index(DEEPEST) + 1)):
        layer = encoder.layers[index]
        match layer:
            case Pooling():
                yield Upsampling(f"un{layer.name}")
            case Convolution():
                channels = output_channels(encoder.layers[:index], 3, width)
                yield Convolution(f"de{layer.name}", channels, layer.kernel, padding=layer.kernel // 2)
