"""A backbone ready for use: weights read, activations normalised, precision and device set."""

from nstbench.backbones.catalogue import architecture
from nstbench.backbones.network import Backbone
from nstbench.backbones.normalisation import calibration_images, channel_means, normalise
from nstbench.backbones.weight_files import MEAN, read_weights
from nstbench.errors import InputError
from nstbench.hardware import Hardware


def load_backbone(id: str, weights: str, pooling: str, hardware: Hardware) -> Backbone:
    """The network `id` with mean-1 activations, frozen, in the precision and on the device of `hardware`."""
    table = architecture(id)
    tensors = read_weights(table, weights)
    first = next(table.convolutions)
    width = tensors[f"{first.name}.weight"].shape[0] / first.channels
    backbone = Backbone(table, width, pooling)
    parameters = {f"layers.{name}": tensor for name, tensor in tensors.items() if not name.endswith(MEAN)}
    try:
        backbone.load_state_dict({name: parameters[name] for name in backbone.state_dict()})
    except RuntimeError as error:
        raise InputError(
            f"weights {weights!r} do not fit {id}: {str(error).splitlines()[1].strip()}"
        ) from error
    means = {name.removesuffix(MEAN): tensor for name, tensor in tensors.items() if name.endswith(MEAN)}
    normalise(backbone, means or channel_means(backbone, calibration_images()))
    return backbone.requires_grad_(False).eval().place(hardware.device, hardware.dtype)
