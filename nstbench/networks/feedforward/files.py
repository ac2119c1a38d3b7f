"""Files of trained networks: half-precision safetensors that say in their metadata how they came about."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from nstbench.core.errors import InputError
from nstbench.core.files import check_writable, written_whole
from nstbench.networks.feedforward.inventory import CARD, COMMANDS, read_card

SUFFIX = ".safetensors"


@dataclass(frozen=True)
class StoredNetwork:
    """What a file of a trained network holds.

    Parameters
    ----------
    file
        Where it lies.
    weights
        By name, fp32.
    card
        Which network, trained on what, how, and for how long.
    """

    file: Path
    weights: Mapping[str, Tensor]
    card: Mapping[str, Any]

    def fill(self, network: nn.Module, prefix: str = "") -> None:
        """Copy weights into a network.

        Parameters
        ----------
        network
            Gets all its parameters and buffers.
        prefix
            What is in front of their names in the file.

        Raises
        ------
        InputError
            When one is missing or of another shape.
        """
        own = network.state_dict()
        weights = {name: self.weights.get(prefix + name) for name in own}
        for name, tensor in own.items():
            stored = weights[name]
            given = "missing" if stored is None else tuple(stored.shape)
            if given != tuple(tensor.shape):
                raise InputError(
                    f"{self.file} does not fit its card: {name} is {given} instead of {tuple(tensor.shape)}; "
                    "train it again"
                )
        network.load_state_dict(weights)


def check_network_output(path: Path) -> None:
    """Refuse a file that a trained network cannot be written to.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    InputError
        When it does not end in .safetensors, or cannot be written.
    """
    if path.suffix != SUFFIX:
        raise InputError(f"{path} must end in {SUFFIX}; other files are written beside it")
    check_writable(path)


def save_network(weights: Mapping[str, Tensor], card: Mapping[str, Any], path: Path) -> None:
    """Write a trained network, whole or not at all.

    Parameters
    ----------
    weights
        By name; written as fp16.
    card
        What is to be known of it, as JSON has it; its `kind` is that of `read_network`.
    path
        The file, .safetensors.
    """
    halves = {name: tensor.detach().to("cpu", torch.float16).contiguous() for name, tensor in weights.items()}
    with written_whole(path) as temporary:
        save_file(halves, temporary, {CARD: json.dumps(card)})


def read_network(file: Path, kind: str) -> StoredNetwork:
    """Read what `save_network` wrote.

    Parameters
    ----------
    file
        The file.
    kind
        Of network: a key of COMMANDS, or what only the pipeline trains.

    Returns
    -------
    StoredNetwork
        Its weights finite, its card of this kind.

    Raises
    ------
    InputError
        When there is no such file, when it is damaged, or when it holds something else.
    """
    card = read_card(file)
    if card.get("kind") != kind:
        made = f"a file of `nstbench {COMMANDS[kind]}`" if kind in COMMANDS else "what the pipeline trained"
        raise InputError(f"{file} holds no {kind} network; give {made}")
    with safe_open(file, "pt") as stored:
        weights = {name: stored.get_tensor(name).float() for name in stored.keys()}  # noqa: SIM118
    for name, tensor in weights.items():
        if not tensor.isfinite().all():
            raise InputError(f"{file} is damaged: {name} contains NaN or Inf; train it again")
    return StoredNetwork(file, weights, card)
