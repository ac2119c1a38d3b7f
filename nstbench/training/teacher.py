"""The teacher of the embedded backbones: a pretrained SqueezeNet 1.0."""

from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn.functional import max_pool2d, pad
from torchvision.models import squeezenet1_0

from nstbench.backbones.preprocessing import CAFFE
from nstbench.errors import InputError

# Positions in torchvision's `features`; `pool8` is fire8 at the stride of fire9.
TAPS = {
    "conv1": 1,
    "fire2": 3,
    "fire3": 4,
    "fire4": 5,
    "fire5": 7,
    "fire6": 8,
    "fire7": 9,
    "pool8": 11,
    "fire9": 12,
}


class Teacher(nn.Module):
    """SqueezeNet's activations, standardised per channel, keyed as in TAPS, and `pool9`.

    The image is reflected by 3 pixels before the unpadded 7x7 convolution, so that an activation at
    stride 2^k sits where the student's activation at the same stride sits.
    """

    def __init__(self, features: nn.Sequential) -> None:
        super().__init__()
        self.features = features.eval().requires_grad_(False)
        self.scale = torch.tensor(CAFFE.scale).view(1, 3, 1, 1)
        self.offset = torch.tensor(CAFFE.offset).view(1, 3, 1, 1)
        self.moments: dict[str, tuple[Tensor, Tensor]] = {}

    @classmethod
    def load(cls, file: Path) -> "Teacher":
        network = squeezenet1_0()
        try:
            network.load_state_dict(load_file(file))
        except (OSError, SafetensorError, RuntimeError) as error:
            reason = str(error).splitlines()[0]
            raise InputError(f"{file} is no SqueezeNet 1.0 in safetensors format: {reason}") from error
        return cls(network.features)

    @property
    def channels(self) -> dict[str, int]:
        with torch.no_grad():
            return {tap: f.shape[1] for tap, f in self._raw(torch.zeros(1, 3, 64, 64)).items()}

    @torch.no_grad()
    def calibrate(self, images: Tensor) -> None:
        """Measure each channel's mean and standard deviation on `images` (N, 3, H, W)."""
        for tap, feature in self._raw(images).items():
            mean = feature.mean((0, 2, 3), keepdim=True)
            std = feature.std((0, 2, 3), keepdim=True).clamp_min(1e-3)
            self.moments[tap] = (mean, std)

    @torch.no_grad()
    def forward(self, images: Tensor) -> dict[str, Tensor]:
        raw = self._raw(images)
        return {tap: (raw[tap] - mean) / std for tap, (mean, std) in self.moments.items()}

    def _raw(self, images: Tensor) -> dict[str, Tensor]:
        activation = pad(images.flip(1) * self.scale + self.offset, (3, 3, 3, 3), mode="reflect")
        wanted = {position: tap for tap, position in TAPS.items()}
        found: dict[str, Tensor] = {}
        for position, module in enumerate(self.features):
            activation = module(activation)
            if position in wanted:
                found[wanted[position]] = activation.float()
        found["pool9"] = max_pool2d(found["fire9"], kernel_size=3, stride=2, ceil_mode=True)
        return found
