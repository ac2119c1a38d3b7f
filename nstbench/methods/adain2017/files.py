"""Files of trained decoders: the weights of every stage that was kept, and the card."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from nstbench.core.errors import InputError
from nstbench.methods.adain2017.decoder import KIND, Decoder
from nstbench.networks.catalogue import architecture
from nstbench.networks.feedforward.files import read_network, save_network

# What a card says of the encoder.
ENCODER = ("backbone", "weights", "normalisation")
Stages = Mapping[int, Mapping[str, Tensor]]


def save_stages(stages: Stages, card: Mapping[str, Any], path: Path) -> None:
    """Write the weights after so many steps each as fp16, and the card, whole or not at all."""
    weights = {f"{step}/{name}": tensor for step, kept in stages.items() for name, tensor in kept.items()}
    save_network(weights, {**card, "stages": sorted(stages)}, path)


def read_decoder(file: Path, stage: int | None, device: torch.device) -> tuple[Decoder, Mapping[str, Any]]:
    """The decoder as it was after a stage of its training, counted from 1, or at the end; and the card.

    Raises InputError when the file is missing, damaged, holds no such decoder, or no such stage.
    """
    stored = read_network(file, KIND)
    card = stored.card
    if unknown := [key for key in ENCODER if key not in card]:
        raise InputError(f"{file} has a card without {', '.join(unknown)}; train it again")
    try:
        stages = card["stages"]
        decoder = Decoder(architecture(card["backbone"]), card["width"], card["norm"])
    except (KeyError, TypeError, ValueError, InputError) as error:
        raise InputError(f"{file} has a card without a known width or norm; train it again") from error
    if stage is not None and not 1 <= stage <= len(stages):
        raise InputError(f"stage {stage} of {file} was not kept; allowed: 1 to {len(stages)}")
    stored.fill(decoder, prefix=f"{stages[-1 if stage is None else stage - 1]}/")
    decoder.requires_grad_(False).eval()
    return decoder.to(device).to(memory_format=torch.channels_last), card
