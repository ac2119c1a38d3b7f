"""A backbone ready for use: weights read, activations normalised, precision and device set."""

from pathlib import Path

from nstbench.core.errors import InputError
from nstbench.core.hardware import Hardware
from nstbench.networks.architecture import Architecture
from nstbench.networks.backbone import Backbone
from nstbench.networks.catalogue import architecture
from nstbench.networks.normalisation import Calibration, Normalisation, calibrate_on_photographs, normalise
from nstbench.networks.random_weights import RANDOM_WIDTHS, random_backbone
from nstbench.networks.weight_files import Weights, read_weights
from nstbench.networks.weight_search import locate_weights


def load_backbone(
    id: str,
    weights: str,
    pooling: str,
    hardware: Hardware,
    normalisation: Normalisation = "mean-1",
    seed: int = 0,
) -> Backbone:
    """The network `id`, frozen, in the precision and on the device of `hardware`.

    `weights` is embedded, imagenet, a file, random or random-half; `seed` decides the random ones.
    Raises InputError when the weights cannot be had or do not fit.
    """
    table = architecture(id)
    if weights in RANDOM_WIDTHS:
        backbone, calibration = random_backbone(table, RANDOM_WIDTHS[weights], pooling, seed), None
    else:
        backbone, calibration = open_network(table, locate_weights(table, weights), pooling)
    backbone.requires_grad_(False).eval().to(hardware.device)
    if normalisation != "none":
        calibration = calibration or _calibrate(backbone)
        normalise(backbone, calibration.divisors(normalisation))
        backbone.calibration = calibration.pictures
    return backbone.place(hardware.device, hardware.dtype)


def open_network(table: Architecture, file: Path, pooling: str) -> tuple[Backbone, Calibration | None]:
    """The network in a weight file as it was trained, with the channel means that the file brings."""
    stored = read_weights(table, file)
    name, first = next(iter(table.convolutions.items()))
    width = stored.tensors[f"{name}.weight"].shape[0] / first.channels
    backbone = Backbone(table, width, pooling, table.preprocessing_of(file.stem))
    try:
        _fill(backbone, stored.tensors)
    except InputError as error:
        raise InputError(f"{file} does not fit {table.id}: {error}") from error
    return backbone, stored.calibration


def _calibrate(backbone: Backbone) -> Calibration:
    """Channel means under maximum pooling, so that the scale does not depend on how `backbone` pools."""
    twin = Backbone(backbone.architecture, backbone.width, "max", backbone.preprocessing)
    twin.load_state_dict(backbone.state_dict())
    return calibrate_on_photographs(twin.eval().to(backbone.scale.device))


def _fill(backbone: Backbone, tensors: Weights) -> None:
    """Copy weights and biases by canonical name; InputError names the first of another shape."""
    for name, convolution in backbone.convolutions.items():
        parts = {part: tensors[f"{name}.{part}"] for part in ("weight", "bias")}
        for part, own in convolution.named_parameters():
            if own.shape != parts[part].shape:
                given, wanted = tuple(parts[part].shape), tuple(own.shape)
                raise InputError(f"{name}.{part} has the shape {given} instead of {wanted}")
        convolution.load_state_dict(parts)
