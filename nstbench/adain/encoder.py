"""The encoder: the first layers of a backbone, whose convolutions reflect their input at the border."""

from collections.abc import Iterable

from nstbench.backbones.loading import load_backbone
from nstbench.backbones.network import Backbone
from nstbench.hardware import Hardware

# Every block's first layer; AdaIN is at the last of them, the style is compared at all.
LAYERS = ("relu1_1", "relu2_1", "relu3_1", "relu4_1")
DEEPEST = LAYERS[-1]


def open_encoder(id: str, weights: str, hardware: Hardware, layers: Iterable[str] = LAYERS) -> Backbone:
    """The network `id` down to the deepest of `layers`, frozen, with a mean activation of 1.

    Raises InputError when its weights cannot be had.
    """
    encoder = load_backbone(id, weights, "max", hardware)
    encoder.truncate(layers)
    for convolution in encoder.convolutions.values():
        convolution.padding_mode = "reflect"
    return encoder
