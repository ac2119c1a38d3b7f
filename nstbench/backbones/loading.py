"""A backbone ready for use: weights read, activations normalised, precision and device set."""

from nstbench.backbones.catalogue import architecture
from nstbench.backbones.network import Backbone
from nstbench.backbones.normalisation import calibration_images, channel_means, normalise
from nstbench.backbones.weight_files import MEAN, Weights, read_weights
from nstbench.errors import InputError
from nstbench.hardware import Hardware


def load_backbone(id: str, weights: str, pooling: str, hardware: Hardware) -> Backbone:
    """The network `id` with mean-1 activations, frozen, in the precision and on the device of `hardware`."""
    table = architecture(id)
    tensors = read_weights(table, weights)
    name, first = next(iter(table.convolutions.items()))
    width = tensors[f"{name}.weight"].shape[0] / first.channels
    backbone = Backbone(table, width, pooling)
    try:
        _fill(backbone, tensors)
    except InputError as error:
        raise InputError(f"weights {weights!r} do not fit {id}: {error}") from error
    means = {name.removesuffix(MEAN): tensor for name, tensor in tensors.items() if name.endswith(MEAN)}
    normalise(backbone, means or channel_means(backbone, calibration_images()))
    return backbone.requires_grad_(False).eval().place(hardware.device, hardware.dtype)


def _fill(backbone: Backbone, tensors: Weights) -> None:
    """Copy weights and biases by canonical name; InputError names the first of another shape."""
    for name, convolution in backbone.convolutions.items():
        parts = {part: tensors[f"{name}.{part}"] for part in ("weight", "bias")}
        for part, own in convolution.named_parameters():
            if own.shape != parts[part].shape:
                given, wanted = tuple(parts[part].shape), tuple(own.shape)
                raise InputError(f"{name}.{part} has the shape {given} instead of {wanted}")
        convolution.load_state_dict(parts)
