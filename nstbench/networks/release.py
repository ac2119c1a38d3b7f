"""Weights trained on ImageNet as they were published: their file names, and what they expect of an image."""

from dataclasses import dataclass

from nstbench.networks.preprocessing import Preprocessing


@dataclass(frozen=True)
class Release:
    """Published weights.

    `file` is the name of the file without suffix; `torchvision` the enumeration member that holds its
    address, for example VGG19_Weights.IMAGENET1K_V1.
    """

    file: str
    preprocessing: Preprocessing
    torchvision: str | None = None
