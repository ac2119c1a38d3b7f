"""A transformation network ready for use."""

from pathlib import Path

import torch

from nstbench.core.errors import InputError
from nstbench.methods.johnson2016.architecture import architecture
from nstbench.methods.johnson2016.network import KIND, Transformation
from nstbench.networks.feedforward.files import read_network


def load_transformation(file: Path, device: torch.device) -> Transformation:
    """The network in `file`, ready for use.

    Raises InputError when the file is missing, damaged, or holds no such network.
    """
    stored = read_network(file, KIND)
    try:
        network = Transformation(architecture(stored.card["architecture"]), stored.card["width"])
    except (KeyError, TypeError, ValueError, InputError) as error:
        raise InputError(f"{file} has a card without known architecture or width; train it again") from error
    stored.fill(network)
    return ready(network, device)


def ready(network: Transformation, device: torch.device) -> Transformation:
    """`network`, frozen, in fp32 and as fast as it gets."""
    network.requires_grad_(False).eval().speed_up()
    return network.to(device).to(memory_format=torch.channels_last)
