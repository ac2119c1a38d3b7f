"""A trained decoder at work: pictures of any size in, a picture in their blended styles out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from nstbench.core.hardware import Hardware
from nstbench.methods.adain2017.alignment import blend
from nstbench.methods.adain2017.architecture import DEEPEST
from nstbench.methods.adain2017.decoder import Decoder
from nstbench.methods.adain2017.encoder import open_encoder
from nstbench.methods.adain2017.files import ENCODER, read_decoder
from nstbench.methods.johnson2016.network import reflected
from nstbench.networks.backbone import Backbone


@dataclass(frozen=True)
class Painter:
    """An encoder and the decoder that was trained with it; `card` is the decoder's."""

    encoder: Backbone
    decoder: Decoder
    card: Mapping[str, Any]
    hardware: Hardware

    @torch.inference_mode()
    def paint(
        self, content: Tensor, styles: Sequence[Tensor], shares: Sequence[float], strength: float
    ) -> Tensor:
        """`content` (1, 3, H, W) in as much of the styles (1, 3, H', W') as their shares say, in [0, 1].

        All RGB in [0, 1]. The content is continued to a multiple of the encoder's stride, and the result
        cropped to its size.
        """
        height, width = content.shape[-2:]
        stride = self.encoder.architecture.stride(DEEPEST)
        filled = reflected(content, 0, -height % stride, -width % stride)
        features, *of_styles = (self.encoder(image, [DEEPEST])[DEEPEST] for image in (filled, *styles))
        with self.hardware.autocast():
            painted = self.decoder(blend(features, of_styles, shares, strength))
        result: Tensor = painted[..., :height, :width].float().clamp_(0, 1)
        return result


def open_painter(file: Path, stage: int | None, hardware: Hardware) -> Painter:
    """The decoder in `file`, after a stage of its training or at its end, with its encoder.

    Raises InputError when the file is missing, damaged, or holds no such decoder.
    """
    decoder, card = read_decoder(file, stage, hardware.device)
    backbone, weights, normalisation = (card[key] for key in ENCODER)
    encoder = open_encoder(backbone, weights, normalisation, hardware, [DEEPEST])
    return Painter(encoder, decoder, card, hardware)
