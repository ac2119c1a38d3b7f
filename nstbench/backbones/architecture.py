"""Networks as data: an ordered tuple of named layers, readable without importing torch."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from nstbench.errors import InputError


@dataclass(frozen=True)
class Convolution:
    """A square convolution with bias; `channels` are output channels at full width."""

    name: str
    channels: int
    kernel: int = 3
    stride: int = 1
    padding: int = 1


@dataclass(frozen=True)
class Rectifier:
    """A ReLU, never in place: `conv4_2` and `relu4_2` are different tensors."""

    name: str


@dataclass(frozen=True)
class Pooling:
    """A square pooling window; maximum or average is chosen when the network is built."""

    name: str
    kernel: int = 2
    stride: int = 2


Layer = Convolution | Rectifier | Pooling


@dataclass(frozen=True)
class Architecture:
    """A feed-forward network under the layer names of the literature (`conv1_1`, `relu4_2`, `pool3`).

    `imagenet` names the torchvision enumeration member that holds its ImageNet weights.
    """

    id: str
    title: str
    layers: tuple[Layer, ...]
    imagenet: str

    @property
    def layer_names(self) -> tuple[str, ...]:
        return tuple(layer.name for layer in self.layers)

    @property
    def convolutions(self) -> Iterator[Convolution]:
        return (layer for layer in self.layers if isinstance(layer, Convolution))

    def check_layers(self, names: Iterable[str]) -> None:
        """Raise InputError when a name is not a layer of this network."""
        for name in names:
            if name not in self.layer_names:
                allowed = ", ".join(self.layer_names)
                raise InputError(f"unknown layer {name!r} of {self.id}; allowed: {allowed}")

    def stride(self, name: str) -> int:
        """Pixels between neighbouring activations of layer `name`."""
        pixels = 1
        for layer in self.layers:
            pixels *= getattr(layer, "stride", 1)
            if layer.name == name:
                return pixels
        raise InputError(f"unknown layer {name!r} of {self.id}")

    def channels(self, name: str, width: float = 1.0) -> int:
        """Number of feature maps N_l of layer `name` when every convolution is `width` times as wide."""
        count = 3
        for layer in self.layers:
            if isinstance(layer, Convolution):
                count = scaled_channels(layer.channels, width)
            if layer.name == name:
                return count
        raise InputError(f"unknown layer {name!r} of {self.id}")


def scaled_channels(channels: int, width: float) -> int:
    return max(1, round(channels * width))
