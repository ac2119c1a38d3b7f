"""An architecture turned into modules, and the truncated extractor that runs them."""

from collections.abc import Iterable
from typing import Self

import torch
from torch import Tensor, nn

from nstbench.backbones.architecture import Architecture, Convolution, Layer, Pooling, scaled_channels
from nstbench.backbones.preprocessing import IMAGENET, Preprocessing

POOLING = {"max": nn.MaxPool2d, "average": nn.AvgPool2d}


class Backbone(nn.Module):
    """A network addressed by canonical layer names.

    Takes images (N, 3, H, W), RGB in [0, 1]; returns the activations asked for, each
    (N, N_l, H_l, W_l), running no layer deeper than the deepest of them.
    """

    scale: Tensor
    offset: Tensor

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
        self.layers = nn.ModuleDict()
        channels = 3
        for layer in architecture.layers:
            self.layers[layer.name] = _module(layer, channels, width, pooling)
            if isinstance(layer, Convolution):
                channels = scaled_channels(layer.channels, width)
        self.register_buffer("scale", torch.tensor(preprocessing.scale).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("offset", torch.tensor(preprocessing.offset).view(1, 3, 1, 1), persistent=False)
        self.bgr = preprocessing.bgr

    @property
    def dtype(self) -> torch.dtype:
        return next(self.parameters()).dtype

    def place(self, device: torch.device, dtype: torch.dtype) -> Self:
        """Move to `device`, with the layers in `dtype`; the input is still preprocessed in full precision."""
        self.to(device)
        self.layers.to(dtype=dtype).to(memory_format=torch.channels_last)
        return self

    def preprocess(self, image: Tensor) -> Tensor:
        """Turn RGB in [0, 1] into what the network was trained on, in the image's own precision."""
        if self.bgr:
            image = image.flip(1)
        return image * self.scale + self.offset

    def forward(self, image: Tensor, wanted: Iterable[str]) -> dict[str, Tensor]:
        missing = set(wanted)
        features: dict[str, Tensor] = {}
        activation = self.preprocess(image).to(self.dtype, memory_format=torch.channels_last)
        for name, layer in self.layers.items():
            if not missing:
                break
            activation = layer(activation)
            if name in missing:
                features[name] = activation
                missing.remove(name)
        return features

    def truncate(self, wanted: Iterable[str]) -> None:
        """Drop the layers below the deepest one wanted, and their memory."""
        names = list(self.layers)
        deepest = max(names.index(name) for name in wanted)
        for name in names[deepest + 1 :]:
            del self.layers[name]


def _module(layer: Layer, in_channels: int, width: float, pooling: str) -> nn.Module:
    match layer:
        case Convolution():
            out_channels = scaled_channels(layer.channels, width)
            return nn.Conv2d(in_channels, out_channels, layer.kernel, layer.stride, layer.padding)
        case Pooling():
            return POOLING[pooling](layer.kernel, layer.stride)
        case _:
            return nn.ReLU(inplace=False)
