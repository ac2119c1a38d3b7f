"""Transformation networks as data: one order of layers, and what two sources make of it; no torch needed."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from nstbench.core.errors import InputError


@dataclass(frozen=True)
class Convolution:
    """A square convolution; `channels` are output channels at full width. The last one is not normalised."""

    name: str
    channels: int
    kernel: int = 3
    stride: int = 1


@dataclass(frozen=True)
class Residual:
    """Two 3x3 convolutions with a shortcut around them."""

    name: str
    channels: int


@dataclass(frozen=True)
class Upsampling:
    """A 3x3 convolution that doubles the resolution."""

    name: str
    channels: int


Layer = Convolution | Residual | Upsampling

# Johnson et al. 2016, supplement, table 1, in the notation of its code.
LAYERS: tuple[Layer, ...] = (
    Convolution("c9s1-32", 32, kernel=9),
    Convolution("d64", 64, stride=2),
    Convolution("d128", 128, stride=2),
    *(Residual(f"R128-{number}", 128) for number in range(1, 6)),
    Upsampling("u64", 64),
    Upsampling("u32", 32),
    Convolution("c9s1-3", 3, kernel=9),
)
# Inputs are filled up to a multiple of this, and outputs are cropped back.
STRIDE = 4


@dataclass(frozen=True)
class Architecture:
    """What a source makes of LAYERS: the borders, the way up and the range of the output.

    `border` pixels are reflected around the input; `padding` is that of convolutions, but residual ones have
    none with `valid_residuals`, and a cropped shortcut; `upsampling` is a convolution of stride 1/2, or one
    behind repeated pixels; `bounded` puts a tanh at the end.
    """

    id: str
    source: str
    border: int
    padding: Literal["zeros", "reflect"]
    valid_residuals: bool
    upsampling: Literal["fractional", "nearest"]
    bounded: bool


JOHNSON = Architecture(
    "johnson",
    "Johnson, Alahi and Fei-Fei 2016, supplement",
    border=40,
    padding="zeros",
    valid_residuals=True,
    upsampling="fractional",
    bounded=True,
)
JAIN = Architecture(
    "jain",
    "Jain and Venkitachalam, section 2.4 and code",
    border=0,
    padding="reflect",
    valid_residuals=False,
    upsampling="nearest",
    bounded=False,
)
ARCHITECTURES = {each.id: each for each in (JOHNSON, JAIN)}


def architecture(id: str) -> Architecture:
    """The architecture `id`; InputError when there is none."""
    if id not in ARCHITECTURES:
        raise InputError(f"unknown architecture {id!r}; allowed: {', '.join(ARCHITECTURES)}")
    return ARCHITECTURES[id]


def output_channels(layer: Layer, width: float) -> int:
    """Channels behind `layer` when every layer but the last is `width` times as wide."""
    return layer.channels if layer is LAYERS[-1] else max(1, round(width * layer.channels))


def input_channels(layers: Iterable[Layer], width: float) -> list[int]:
    """Channels in front of each of `layers`, which start at the picture."""
    return [3, *(output_channels(layer, width) for layer in layers)][:-1]
