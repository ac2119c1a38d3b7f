"""A backbone ready for use: weights read or drawn, activations normalised, precision and device set."""

from pathlib import Path

import torch
from torch import nn

from nstbench.core.hardware import Hardware
from nstbench.networks.architecture import Architecture
from nstbench.networks.backbone import Backbone
from nstbench.networks.catalogue import architecture
from nstbench.networks.conventions import recognise
from nstbench.networks.normalisation import (
    Calibration,
    Normalisation,
    calibrate_on_photographs,
    feature_scale,
    normalise,
)
from nstbench.networks.preprocessing import PREPROCESSINGS, PreprocessingName
from nstbench.networks.weight_files import read_weights
from nstbench.networks.weight_sources import RANDOM_WIDTHS, check_preprocessing, locate_weights


def load_backbone(
    id: str,
    weights: str,
    pooling: str,
    hardware: Hardware,
    normalisation: Normalisation = "mean-1",
    seed: int = 0,
    preprocessing: PreprocessingName | None = None,
) -> Backbone:
    """Load a network of the catalogue.

    Parameters
    ----------
    id
        "vgg19", "vgg16", "alexnet", "googlenet" or "squeezenet1_0".
    weights
        "original", "embedded", "imagenet", "random", "random-half", or a file.
    pooling
        "max" or "average".
    hardware
        Its device and precision.
    normalisation
        "mean-1": every channel divided by its mean activation; "port": as the first document's code has it;
        "one-scale": all features divided by one number, which brings them to torchvision's units; "none".
    seed
        Decides random weights.
    preprocessing
        What the weights in a file expect: "caffe", "torchvision" or "halves"; recognised when left out.

    Returns
    -------
    Backbone
        Frozen.

    Raises
    ------
    InputError
        When there is no such network, or when the weights cannot be had or do not fit.

    References
    ----------
    Gatys, Ecker and Bethge 2016, Image style transfer using convolutional neural networks (normalisation).
    """
    check_preprocessing(weights, preprocessing)
    table = architecture(id)
    calibration: Calibration | None = None
    if weights in RANDOM_WIDTHS:
        backbone = random_backbone(table, RANDOM_WIDTHS[weights], pooling, seed)
    else:
        backbone, calibration = open_network(table, locate_weights(table, weights), pooling, preprocessing)
    backbone.requires_grad_(False).eval().to(hardware.device)
    scale = feature_scale(backbone.preprocessing)
    if normalisation == "one-scale":
        convolutions = backbone.convolutions.items()
        normalise(backbone, {name: torch.full((each.out_channels,), scale) for name, each in convolutions})
    elif normalisation != "none":
        if calibration is None:
            # Under maximum pooling, so that the scale does not depend on how `backbone` pools.
            twin = Backbone(table, backbone.width, "max", backbone.preprocessing)
            twin.load_state_dict(backbone.state_dict())
            calibration = calibrate_on_photographs(twin.eval().to(hardware.device))
        normalise(backbone, calibration.divisors(normalisation, scale))
        backbone.calibration = calibration.pictures
    return backbone.place(hardware.device, hardware.dtype)


def open_network(
    table: Architecture, file: Path, pooling: str, preprocessing: PreprocessingName | None = None
) -> tuple[Backbone, Calibration | None]:
    """Read a weight file as it was trained.

    Parameters
    ----------
    table
        The network; how wide it is, the file says.
    file
        As of `read_weights`.
    pooling
        "max" or "average".
    preprocessing
        What the weights expect; recognised when left out, with a warning where that takes a guess.

    Returns
    -------
    backbone
        Not normalised, in fp32.
    calibration
        The channel means that the file brings, if it does.

    Raises
    ------
    InputError
        When the file is damaged or does not fit.
    """
    stored = read_weights(table, file)
    name, first = next(iter(table.convolutions.items()))
    width = stored.tensors[f"{name}.weight"].shape[0] / first.channels
    backbone = Backbone(table, width, pooling)
    for name, convolution in backbone.convolutions.items():
        convolution.load_state_dict({part: stored.tensors[f"{name}.{part}"] for part in ("weight", "bias")})
    # Our own networks are trained as torchvision's are.
    if preprocessing is not None:
        backbone.expect(PREPROCESSINGS[preprocessing])
    elif not stored.ours:
        backbone.expect(recognise(backbone, file))
    return backbone, stored.calibration


def random_backbone(table: Architecture, width: float, pooling: str, seed: int) -> Backbone:
    """A network that learned nothing: weights from N(0, 2 / fan-in), no biases.

    Parameters
    ----------
    table
        The network.
    width
        Channels relative to the original one, in (0, 1].
    pooling
        "max" or "average".
    seed
        Decides the weights.

    Returns
    -------
    Backbone
        In fp32 on the CPU.

    References
    ----------
    He, Zhang, Ren and Sun 2015, Delving deep into rectifiers, arXiv:1502.01852.
    """
    backbone = Backbone(table, width, pooling)
    generator = torch.Generator().manual_seed(seed)
    for convolution in backbone.convolutions.values():
        nn.init.kaiming_normal_(convolution.weight, nonlinearity="relu", generator=generator)
        assert convolution.bias is not None
        nn.init.zeros_(convolution.bias)
    return backbone
