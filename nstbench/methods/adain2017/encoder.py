"""The encoder: the first layers of a backbone, whose convolutions reflect their input at the border."""

from collections.abc import Iterable

from nstbench.core.hardware import Hardware
from nstbench.methods.adain2017.architecture import LAYERS
from nstbench.networks.backbone import Backbone
from nstbench.networks.loading import load_backbone
from nstbench.networks.normalisation import Normalisation


def open_encoder(
    id: str, weights: str, normalisation: Normalisation, hardware: Hardware, layers: Iterable[str] = LAYERS
) -> Backbone:
    """The network `id` down to the deepest of `layers`, frozen.

    Raises InputError when its weights cannot be had.
    """
    encoder = load_backbone(id, weights, "max", hardware, normalisation)
    encoder.truncate(layers)
    for convolution in encoder.convolutions.values():
        convolution.padding_mode = "reflect"
    return encoder
