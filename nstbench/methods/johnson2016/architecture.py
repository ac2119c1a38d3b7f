"""Transformation networks as data: one order of layers, and what two sources make of it; no torch needed."""

from dataclasses import dataclass
from typing import Literal

from pydantic import field_validator

from nstbench.core.errors import InputError, shortened
from nstbench.networks.architecture import Convolution
from nstbench.networks.feedforward.inventory import Card


@dataclass(frozen=True)
class Residual:
    """Two 3x3 convolutions with a shortcut around them, from and to so many channels.

    Parameters
    ----------
    name
        Of the layer.
    channels
        At full width.
    """

    name: str
    channels: int


@dataclass(frozen=True)
class UpsamplingConvolution:
    """A 3x3 convolution to so many channels that doubles the resolution.

    Parameters
    ----------
    name
        Of the layer.
    channels
        Of the output, at full width.
    """

    name: str
    channels: int


Layer = Convolution | Residual | UpsamplingConvolution

# Johnson et al. 2016, supplement, table 1, in the notation of its code. The last has no norm and no ReLU.
LAYERS: tuple[Layer, ...] = (
    Convolution("c9s1-32", 32, kernel=9, padding=4),
    Convolution("d64", 64, stride=2),
    Convolution("d128", 128, stride=2),
    *(Residual(f"R128-{number}", 128) for number in range(1, 6)),
    UpsamplingConvolution("u64", 64),
    UpsamplingConvolution("u32", 32),
    Convolution("c9s1-3", 3, kernel=9, padding=4),
)
# Inputs are filled up to a multiple of this, and outputs are cropped back.
STRIDE = 4


@dataclass(frozen=True)
class Architecture:
    """What a source makes of LAYERS: the borders, the way up and the range of the output.

    Parameters
    ----------
    id, source
        Its name, and where it is described.
    border
        Pixels that are reflected around the input.
    padding
        That of convolutions.
    valid_residuals
        Whether residual convolutions have no padding, and the shortcut is cropped.
    upsampling
        A convolution of stride 1/2, or one behind repeated pixels.
    bounded
        Whether there is a tanh at the end.
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
    """Look an architecture up.

    Parameters
    ----------
    id
        "johnson" or "jain".

    Returns
    -------
    Architecture
        As its source has it.

    Raises
    ------
    InputError
        When there is none of that name.
    """
    if id not in ARCHITECTURES:
        raise InputError(f"unknown architecture {shortened(id)}; allowed: {', '.join(ARCHITECTURES)}")
    return ARCHITECTURES[id]


class TransformationCard(Card):
    """What the card of a transformation network says of its size.

    Parameters
    ----------
    architecture
        "johnson" or "jain".
    """

    architecture: str

    @field_validator("architecture")
    @classmethod
    def _known_architecture(cls, id: str) -> str:
        return architecture(id).id


def output_channels(layer: Layer, width: float) -> int:
    """Channels behind a layer.

    Parameters
    ----------
    layer
        One of LAYERS.
    width
        Channels of every layer but the last, which gives a picture, relative to LAYERS.

    Returns
    -------
    int
        1 at least.
    """
    return layer.channels if layer is LAYERS[-1] else max(1, round(width * layer.channels))
