"""The teacher of the embedded backbones: a pretrained SqueezeNet 1.0."""

from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.functional import max_pool2d, pad

from nstbench.networks.backbone import Backbone
from nstbench.networks.loading import open_network
from nstbench.networks.squeezenet import SQUEEZENET

# `pool8` is fire8 at the stride of fire9.
TAPS = ("relu1", "fire2", "fire3", "fire4", "fire5", "fire6", "fire7", "pool8", "fire9")


class Teacher(nn.Module):
    """SqueezeNet's activations, standardised per channel, keyed as in TAPS, and `pool9`.

    The image is reflected by 3 pixels before the unpadded 7x7 convolution, so that an activation at
    stride 2^k sits where the student's activation at the same stride sits.

    Parameters
    ----------
    network
        A SqueezeNet 1.0; it is frozen.
    """

    def __init__(self, network: Backbone) -> None:
        super().__init__()
        self.network = network.eval().requires_grad_(False)
        self.moments: dict[str, tuple[Tensor, Tensor]] = {}

    @classmethod
    def load(cls, file: Path) -> "Teacher":
        """Read a teacher.

        Parameters
        ----------
        file
            The weights of a SqueezeNet 1.0.

        Returns
        -------
        Teacher
            Still to be calibrated.

        Raises
        ------
        InputError
            When the file holds no such weights.
        """
        network, _ = open_network(SQUEEZENET, file, "max")
        return cls(network)

    @property
    def channels(self) -> dict[str, int]:
        """Number of channels of each activation."""
        return {tap: SQUEEZENET.channels(tap) for tap in TAPS} | {"pool9": SQUEEZENET.channels("fire9")}

    @torch.no_grad()
    def calibrate(self, images: Tensor) -> None:
        """Measure each channel's mean and standard deviation.

        Parameters
        ----------
        images
            (N, 3, H, W), RGB in [0, 1].
        """
        for tap, feature in self._raw(images).items():
            mean = feature.mean((0, 2, 3), keepdim=True)
            std = feature.std((0, 2, 3), keepdim=True).clamp_min(1e-3)
            self.moments[tap] = (mean, std)

    @torch.no_grad()
    def forward(self, images: Tensor) -> dict[str, Tensor]:
        """Standardised activations.

        Parameters
        ----------
        images
            (N, 3, H, W), RGB in [0, 1].

        Returns
        -------
        dict
            (N, C, H_l, W_l) by tap, in fp32.
        """
        raw = self._raw(images)
        return {tap: (raw[tap] - mean) / std for tap, (mean, std) in self.moments.items()}

    def _raw(self, images: Tensor) -> dict[str, Tensor]:
        features = self.network(pad(images, (3, 3, 3, 3), mode="reflect"), TAPS)
        found = {tap: feature.float() for tap, feature in features.items()}
        found["pool9"] = max_pool2d(found["fire9"], kernel_size=3, stride=2, ceil_mode=True)
        return found
