"""The trained network: kept in a file with every stage of its training, read from it, and applied.

T(c, s) = g(strength AdaIN(f(c), f(s)) + (1 - strength) f(c)) with the encoder f and the decoder g.

References
----------
Huang and Belongie 2017, arXiv:1703.06868, eq. 14.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from nstbench.core.errors import InputError
from nstbench.core.files import sha256
from nstbench.core.hardware import Hardware
from nstbench.methods.adain2017.architecture import DEEPEST
from nstbench.methods.adain2017.modules import Decoder, StyleInPart, blend, blend_in_parts, open_encoder
from nstbench.methods.adain2017.recipe import DecoderCard
from nstbench.methods.styles import SharedStyle
from nstbench.networks.backbone import Backbone
from nstbench.networks.catalogue import architecture
from nstbench.networks.feedforward.files import read_network, save_network
from nstbench.networks.feedforward.inventory import checked_card
from nstbench.networks.feedforward.modules import reflect
from nstbench.networks.weight_sources import RANDOM_WIDTHS, locate_weights

log = logging.getLogger(__name__)

# What files of decoders hold, by their card.
KIND = "decoder"


@dataclass(frozen=True)
class StyleTransferNetwork:
    """An encoder and the decoder that was trained with it.

    Parameters
    ----------
    encoder
        Down to DEEPEST at least.
    decoder
        Of the same width.
    card
        What the decoder's file says of it.
    hardware
        Where both are.
    """

    encoder: Backbone
    decoder: Decoder
    card: DecoderCard
    hardware: Hardware

    @torch.inference_mode()
    def stylize(
        self, content: Tensor, styles: Sequence[Tensor], shares: Sequence[float], strength: float
    ) -> Tensor:
        """Give a content the blended styles of pictures.

        Parameters
        ----------
        content
            (1, 3, H, W) of any size, RGB in [0, 1]. It is continued to a multiple of the encoder's stride,
            and the result cropped to its size.
        styles
            Each (1, 3, H', W'), RGB in [0, 1].
        shares
            One a style, summing to 1.
        strength
            From 0, the content decoded as it is, to 1.

        Returns
        -------
        Tensor
            (1, 3, H, W), RGB in [0, 1], fp32.
        """
        features, *of_styles = (self._encoded(image) for image in (self._filled(content), *styles))
        return self._decoded(blend(features, of_styles, shares, strength), content)

    @torch.inference_mode()
    def stylize_in_parts(self, content: Tensor, styles: Sequence[SharedStyle], strength: float) -> Tensor:
        """Give parts of a content the styles of pictures, of which parts may be hidden.

        Parameters
        ----------
        content
            As for `stylize`.
        styles
            With their shares, what of them is visible, and where they go.
        strength
            As for `stylize`.

        Returns
        -------
        Tensor
            (1, 3, H, W), RGB in [0, 1], fp32.
        """
        parts = [
            StyleInPart(
                self._encoded(style.picture),
                style.share,
                style.visible,
                None if style.region is None else self._filled(style.region),
            )
            for style in styles
        ]
        return self._decoded(blend_in_parts(self._encoded(self._filled(content)), parts, strength), content)

    def _filled(self, image: Tensor) -> Tensor:
        """The image (1, C, H, W), continued to a multiple of the encoder's stride."""
        height, width = image.shape[-2:]
        stride = self.encoder.architecture.stride(DEEPEST)
        return reflect(image, 0, -height % stride, -width % stride)

    def _encoded(self, image: Tensor) -> Tensor:
        features: Tensor = self.encoder(image, [DEEPEST])[DEEPEST]
        return features

    def _decoded(self, features: Tensor, content: Tensor) -> Tensor:
        """A picture of the content's size."""
        height, width = content.shape[-2:]
        with self.hardware.autocast():
            stylized = self.decoder(features)
        result: Tensor = stylized[..., :height, :width].float().clamp_(0, 1)
        return result


def load_network(file: Path, stage: int | None, hardware: Hardware) -> StyleTransferNetwork:
    """Read a decoder and the encoder that it was trained with.

    Parameters
    ----------
    file, stage
        As of `read_decoder`.
    hardware
        Where both are to run.

    Returns
    -------
    StyleTransferNetwork
        Frozen.

    Raises
    ------
    InputError
        When the file is missing, damaged, holds no such decoder, or was trained with another encoder.
    """
    decoder, card = read_decoder(file, stage, hardware.device)
    if card.weights not in RANDOM_WIDTHS:
        weights = locate_weights(architecture(card.backbone), card.weights)
        found = sha256(weights)
        if card.encoder_sha256 is None:
            log.warning(
                "%s does not say which encoder it was trained with, so %s is taken as it is today; "
                "`nstbench train-adain` writes files that say so",
                file,
                weights,
            )
        elif found != card.encoder_sha256:
            raise InputError(
                f"{file} was trained with another encoder than {weights}, whose SHA-256 is {found[:12]}...; "
                f"allowed: {card.encoder_sha256[:12]}...; put that file there, or train the decoder again"
            )
    encoder = open_encoder(card.backbone, card.weights, card.normalisation, hardware, [DEEPEST])
    return StyleTransferNetwork(encoder, decoder, card, hardware)


def read_decoder(file: Path, stage: int | None, device: torch.device) -> tuple[Decoder, DecoderCard]:
    """Read a decoder alone.

    Parameters
    ----------
    file
        A .safetensors file of `nstbench train-adain`.
    stage
        Of the training, counted from 1; None for its end.
    device
        Where it is to run.

    Returns
    -------
    decoder
        Frozen.
    card
        What its file says of it.

    Raises
    ------
    InputError
        When the file is missing, damaged, holds no such decoder, or no such stage.
    """
    stored = read_network(file, KIND)
    card = checked_card(file, stored.card, DecoderCard)
    decoder = Decoder(architecture(card.backbone), card.width, card.norm)
    if stage is not None and not 1 <= stage <= len(card.stages):
        raise InputError(f"stage {stage} of {file} was not kept; allowed: 1 to {len(card.stages)}")
    stored.fill(decoder, prefix=f"{card.stages[-1 if stage is None else stage - 1]}/")
    decoder.requires_grad_(False).eval()
    return decoder.to(device).to(memory_format=torch.channels_last), card


def save_stages(stages: Mapping[int, Mapping[str, Tensor]], card: Mapping[str, Any], path: Path) -> None:
    """Write a decoder as it was after some of the steps of its training, as fp16, whole or not at all.

    Parameters
    ----------
    stages
        Its weights by name, by the number of steps done.
    card
        What else is to be known; the numbers of steps are added.
    path
        The file to write.
    """
    weights = {f"{step}/{name}": tensor for step, kept in stages.items() for name, tensor in kept.items()}
    save_network(weights, {**card, "stages": sorted(stages)}, path)
