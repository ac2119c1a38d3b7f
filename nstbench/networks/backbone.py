"""An architecture turned into modules, and the truncated extractor that runs them."""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from functools import partial
from typing import Self

import torch
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, pad

from nstbench.core.hardware import largest_whole
from nstbench.losses.strips import Stage, features_by_strips
from nstbench.networks.architecture import (
    Architecture,
    Branches,
    Convolution,
    Layer,
    Pooling,
    Rectifier,
    output_channels,
)
from nstbench.networks.convolution import BatchedConvolution
from nstbench.networks.preprocessing import IMAGENET, Preprocessing
from nstbench.networks.stages import groups, stage_of
from nstbench.networks.winograd import Convolution3x3

POOLING: dict[str, Callable[..., nn.Module]] = {
    "max": nn.MaxPool2d,
    "average": partial(nn.AvgPool2d, count_include_pad=False),
}


class Concatenation(nn.Module):
    """Parallel chains over one input, their outputs stacked by channel.

    Parameters
    ----------
    chains
        From (B, N, H, W) to outputs of one height and width.
    """

    def __init__(self, chains: Iterable[nn.Sequential]) -> None:
        super().__init__()
        self.chains = nn.ModuleList(chains)

    @property
    def branches(self) -> Iterable[nn.Sequential]:
        """The chains, in order."""
        return (chain for chain in self.chains if isinstance(chain, nn.Sequential))

    def forward(self, features: Tensor) -> Tensor:
        """Run all chains on the same features.

        Parameters
        ----------
        features : Tensor
            (N, C, H, W).

        Returns
        -------
        Tensor
            (N, C', H, W), the chains' outputs one after the other.
        """
        return torch.cat([chain(features) for chain in self.chains], 1)


class Backbone(nn.Module):
    """A network addressed by canonical layer names.

    Parameters
    ----------
    architecture
        Its table.
    width
        Channels of every convolution relative to the table, in (0, 1].
    pooling
        "max" or "average".
    preprocessing
        What its weights expect of an image.
    """

    scale: Tensor
    offset: Tensor
    # How features lie in memory; convolutions on a CPU are quicker with channels last.
    memory_format: torch.memory_format = torch.channels_last
    # Side in pixels of the box that the image is averaged over before anything else.
    input_blur: int = 1
    # The pictures that the activations were normalised on, if they were.
    calibration: str | None = None

    def __init__(
        self,
        architecture: Architecture,
        width: float = 1.0,
        pooling: str = "max",
        preprocessing: Preprocessing = IMAGENET,
    ) -> None:
        super().__init__()
        self.architecture = architecture
        self.width = width
        self.layers = nn.ModuleDict(_chain(architecture.layers, 3, width, pooling))
        self.expect(preprocessing)

    def expect(self, preprocessing: Preprocessing) -> None:
        """Set what the weights expect of an image.

        Parameters
        ----------
        preprocessing
            The next images are turned into it.
        """
        self.preprocessing = preprocessing
        self.register_buffer("scale", torch.tensor(preprocessing.scale).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("offset", torch.tensor(preprocessing.offset).view(1, 3, 1, 1), persistent=False)

    @property
    def convolutions(self) -> dict[str, nn.Conv2d]:
        """The modules of `architecture.convolutions`, as far down as the network goes."""
        modules = (module for module in self.modules() if isinstance(module, nn.Conv2d))
        return dict(zip(self.architecture.convolutions, modules, strict=False))

    @property
    def winograd(self) -> str | None:
        """Which convolutions were not direct so far, as `conv1_2 F(4,3), ...`; None if all were."""
        fast = [
            f"{name} {algorithm}"
            for name, module in self.convolutions.items()
            if isinstance(module, Convolution3x3)
            for algorithm in sorted(module.used - {"direct"})
        ]
        return ", ".join(fast) or None

    @property
    def dtype(self) -> torch.dtype:
        """Of the features, and of every convolution but the first."""
        *_, last = self.convolutions.values()
        return last.weight.dtype

    def place(self, device: torch.device, dtype: torch.dtype) -> Self:
        """Move to a device, with the layers in a precision.

        The first convolution stays in fp32, because bf16 would round the picture itself to 8 bits.

        Parameters
        ----------
        device
            Where it is to run.
        dtype
            Of features and weights.

        Returns
        -------
        Backbone
            The network itself.
        """
        self.to(device)
        self.layers.to(dtype=dtype).to(memory_format=self.memory_format)
        next(iter(self.layers.values())).float()
        return self

    def preprocess(self, image: Tensor) -> Tensor:
        """Turn an image into what the network was trained on, in the image's own precision.

        Parameters
        ----------
        image
            (N, 3, H, W), RGB in [0, 1].

        Returns
        -------
        Tensor
            (N, 3, H, W).
        """
        if self.preprocessing.bgr:
            image = image.flip(1)
        return image * self.scale + self.offset

    def forward(self, image: Tensor, wanted: Iterable[str]) -> dict[str, Tensor]:
        """Activations of an image.

        Parameters
        ----------
        image
            (N, 3, H, W), RGB in [0, 1].
        wanted
            Names of layers; none deeper than the deepest of them is run.

        Returns
        -------
        dict
            Activations (N, N_l, H_l, W_l) by layer.
        """
        if not (torch.is_grad_enabled() or self.in_one_piece(image)):
            return features_by_strips(self, image, wanted)
        return self._run(list(self.layers), wanted, self.prepare(image))

    def in_one_piece(self, image: Tensor) -> bool:
        """Whether an image is small enough to be run whole.

        Parameters
        ----------
        image
            (N, 3, H, W).

        Returns
        -------
        bool
            By its size and device alone.
        """
        return image.shape[-2] * image.shape[-1] <= largest_whole(image.device)

    def prepare(self, image: Tensor) -> Tensor:
        """Make the input of the first layer.

        Parameters
        ----------
        image
            (N, 3, H, W), RGB in [0, 1].

        Returns
        -------
        Tensor
            (N, 3, H, W), blurred and preprocessed.
        """
        return self.preprocess(box_blur(image, self.input_blur)).contiguous(memory_format=self.memory_format)

    def stages(self, wanted: Iterable[str]) -> list[Stage]:
        """Divide the network behind every layer that makes features smaller.

        Parameters
        ----------
        wanted
            Names of layers; none deeper than the deepest of them is run.

        Returns
        -------
        list of Stage
            Each gives its wanted layers and its last.
        """
        asked, channels, stages = set(wanted), 3, []
        for group in groups(self.architecture, asked):
            run = partial(self._run, [layer.name for layer in group])
            stages.append(stage_of(group, channels, self.width, asked, run))
            channels = output_channels(group, channels, self.width)
        return stages

    def _run(self, names: Iterable[str], wanted: Iterable[str], activation: Tensor) -> dict[str, Tensor]:
        """Run layers behind one another, down to the deepest of the wanted."""
        missing = set(wanted)
        features: dict[str, Tensor] = {}
        dtype = self.dtype
        for name in names:
            if not missing:
                break
            activation = self.layers[name](activation).to(dtype)
            if name in missing:
                features[name] = activation
                missing.remove(name)
        return features

    def truncate(self, wanted: Iterable[str]) -> None:
        """Drop the layers behind the deepest one wanted, and their memory.

        Parameters
        ----------
        wanted
            Names of layers.
        """
        names = list(self.layers)
        deepest = max(names.index(name) for name in wanted)
        for name in names[deepest + 1 :]:
            del self.layers[name]


def box_blur(image: Tensor, side: int) -> Tensor:
    """Average an image over squares, its borders repeated outwards.

    Parameters
    ----------
    image
        (N, 3, H, W).
    side
        Of the squares, in pixels; 1 leaves the image as it is.

    Returns
    -------
    Tensor
        (N, 3, H, W).
    """
    if side == 1:
        return image
    before, after = (side - 1) // 2, side // 2
    padded = pad(image, (before, after, before, after), mode="replicate")
    return avg_pool2d(padded, side, stride=1)


def _chain(layers: Iterable[Layer], channels: int, width: float, pooling: str) -> OrderedDict[str, nn.Module]:
    """The modules of layers behind one another, on an input of `channels` channels."""
    modules: OrderedDict[str, nn.Module] = OrderedDict()
    for layer in layers:
        outputs = output_channels([layer], channels, width)
        match layer:
            case Convolution(kernel=3, stride=1, padding=1):
                module: nn.Module = Convolution3x3(channels, outputs)
            case Convolution():
                module = BatchedConvolution(channels, outputs, layer.kernel, layer.stride, layer.padding)
            case Pooling():
                module = POOLING[pooling](layer.kernel, layer.stride, layer.padding, ceil_mode=layer.ceil)
            case Branches():
                module = Concatenation(
                    nn.Sequential(_chain(chain, channels, width, pooling)) for chain in layer.chains
                )
            case Rectifier():
                # Not in place, because layers before the ReLU may be read too.
                module = nn.ReLU(inplace=False)
        modules[layer.name] = module
        channels = outputs
    return modules
