"""The parts of the network: encoder, adaptive instance normalisation, decoder.

References
----------
Huang and Belongie 2017, arXiv:1703.06868.
"""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn.functional import adaptive_avg_pool2d, group_norm

from nstbench.core.hardware import Hardware
from nstbench.losses.channel_moments import EPSILON, channel_moments
from nstbench.losses.guidance import positions_of
from nstbench.methods.adain2017.architecture import DEEPEST, LAYERS, Upsampling, mirrored
from nstbench.networks.architecture import Architecture
from nstbench.networks.backbone import Backbone
from nstbench.networks.feedforward.modules import InstanceNorm, NearestUpsampling
from nstbench.networks.loading import load_backbone
from nstbench.networks.normalisation import Normalisation

Norm = Literal["none", "instance", "batch"]


def open_encoder(
    id: str, weights: str, normalisation: Normalisation, hardware: Hardware, layers: Iterable[str] = LAYERS
) -> Backbone:
    """Load the first layers of a backbone, whose convolutions reflect their input at the border.

    Parameters
    ----------
    id, weights, normalisation, hardware
        As of `load_backbone`.
    layers
        Those that will be asked for; the network ends at the deepest of them.

    Returns
    -------
    Backbone
        Frozen.

    Raises
    ------
    InputError
        When its weights cannot be had.
    """
    encoder = load_backbone(id, weights, "max", hardware, normalisation)
    encoder.truncate(layers)
    for convolution in encoder.convolutions.values():
        convolution.padding_mode = "reflect"
    return encoder


@dataclass(frozen=True)
class StyleInPart:
    """A style of a part of a picture.

    Parameters
    ----------
    features
        f(s), (1, N, h, w).
    share
        Of the style in its part, 0 to 1.
    visible
        What of the style counts, (1, 1, h', w') in [0, 1]; None for all of it.
    part
        Where it goes, (1, 1, H', W') in [0, 1], of the content's size; None for everywhere.
    """

    features: Tensor
    share: float
    visible: Tensor | None
    part: Tensor | None


def align(content: Tensor, style: Tensor) -> Tensor:
    """AdaIN(x, y) = sigma(y) (x - mu(x)) / sigma(x) + mu(y), for every picture and channel.

    Parameters
    ----------
    content
        Features x, (B, N, H, W).
    style
        Features y, (B, N, H', W').

    Returns
    -------
    Tensor
        (B, N, H, W), in fp32.

    References
    ----------
    Huang and Belongie 2017, eq. 8.
    """
    return _with_moments(content, *channel_moments(style))


def blend(content: Tensor, styles: Sequence[Tensor], shares: Sequence[float], strength: float) -> Tensor:
    """Blend styles: strength sum_k share_k AdaIN(f(c), f(s_k)) + (1 - strength) f(c).

    AdaIN is linear in the style's moments, so those are blended.

    Parameters
    ----------
    content
        Features f(c), (B, N, H, W).
    styles
        Features f(s_k), each (B, N, H_k, W_k).
    shares
        One a style, summing to 1.
    strength
        From 0, the content's features as they are, to 1.

    Returns
    -------
    Tensor
        (B, N, H, W), in fp32.

    References
    ----------
    Huang and Belongie 2017, eq. 14 and 15.
    """
    moments = [channel_moments(style) for style in styles]
    mean, deviation = (
        torch.stack([share * moment for share, moment in zip(shares, each, strict=True)]).sum(0)
        for each in zip(*moments, strict=True)
    )
    return torch.lerp(content.float(), _with_moments(content, mean, deviation), strength)


def blend_in_parts(content: Tensor, styles: Sequence[StyleInPart], strength: float) -> Tensor:
    """Give parts of a content their own styles: f(c) + strength sum_k w_k (AdaIN_k(f(c), f(s_k)) - f(c)).

    AdaIN_k takes the moments of the content over the part of style k, and w_k is how much of a position
    belongs to that part, times the style's share there.

    Parameters
    ----------
    content
        Features f(c), (1, N, H, W).
    styles
        Each with its features, and where it goes.
    strength
        From 0, the content's features as they are, to 1.

    Returns
    -------
    Tensor
        (1, N, H, W), in fp32.

    References
    ----------
    Huang and Belongie 2017, runtime controls: spatial control.
    """
    own, (height, width) = content.float(), content.shape[-2:]
    change = torch.zeros_like(own)
    for style in styles:
        of_style = style.features if style.visible is None else positions_of(style.visible, style.features)
        of_part = own if style.part is None else positions_of(style.part, own)
        (mean, deviation), (from_mean, from_deviation) = channel_moments(of_style), channel_moments(of_part)
        scale = (deviation / from_deviation)[..., None, None]
        aligned = scale * (own - from_mean[..., None, None]) + mean[..., None, None]
        where = 1.0 if style.part is None else adaptive_avg_pool2d(style.part, (height, width))
        change += style.share * where * (aligned - own)
    return own + strength * change


def _with_moments(content: Tensor, mean: Tensor, deviation: Tensor) -> Tensor:
    """The features (B, N, H, W) with the channel means and deviations (B, N), in fp32."""
    # Groups of one channel: the instance norm that is quick with channels last in memory.
    normalised = group_norm(content.float(), content.shape[1], eps=EPSILON)
    return torch.addcmul(mean[..., None, None], normalised, deviation[..., None, None])


class Decoder(nn.Module):
    """The encoder mirrored, from features back to a picture.

    Convolutions reflect their input at the border. All but the last have a ReLU behind them.

    Parameters
    ----------
    encoder
        What is mirrored.
    width
        Channels of the encoder relative to the original one, in (0, 1].
    norm
        What is in front of every ReLU. Huang and Belongie (2017) and Soboleva advise against any.
    """

    def __init__(self, encoder: Architecture, width: float = 1.0, norm: Norm = "none") -> None:
        super().__init__()
        norms: dict[Norm, type[nn.Module]] = {"instance": InstanceNorm, "batch": nn.BatchNorm2d}
        modules: OrderedDict[str, nn.Module] = OrderedDict()
        channels = encoder.channels(DEEPEST, width)
        *_, last = layers = list(mirrored(encoder, width))
        for layer in layers:
            if isinstance(layer, Upsampling):
                modules[layer.name] = NearestUpsampling()
                continue
            shape = (channels, layer.channels, layer.kernel, layer.stride, layer.padding)
            modules[layer.name] = nn.Conv2d(*shape, padding_mode="reflect")
            if layer is not last:
                if norm != "none":
                    modules[f"{layer.name}_norm"] = norms[norm](layer.channels)
                modules[f"{layer.name}_relu"] = nn.ReLU(inplace=True)
            channels = layer.channels
        self.layers = nn.Sequential(modules)
        # As He et al. 2015 do; torch's own start lets the signal fade layer by layer.
        for module in self.layers:
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
                assert module.bias is not None
                nn.init.zeros_(module.bias)

    def forward(self, features: Tensor) -> Tensor:
        """Turn features into pictures.

        Parameters
        ----------
        features : Tensor
            (B, N, H, W), of the encoder's deepest layer.

        Returns
        -------
        Tensor
            (B, 3, 8 H, 8 W), RGB, about [0, 1].
        """
        picture: Tensor = self.layers(features)
        return picture
