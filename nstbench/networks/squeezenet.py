"""SqueezeNet 1.0 (Iandola et al. 2016, table 1)."""

from nstbench.networks.architecture import (
    Architecture,
    Branches,
    Convolution,
    Layer,
    Pooling,
    Rectifier,
    Release,
)
from nstbench.networks.preprocessing import CAFFE, IMAGENET


def fire(number: int, squeeze: int, expand: int) -> tuple[Layer, ...]:
    """A fire module: few channels of 1x1 windows, then as many of 1x1 as of 3x3 windows.

    Parameters
    ----------
    number
        Of the module, from 2.
    squeeze
        Channels in front.
    expand
        Channels of each half behind.

    Returns
    -------
    tuple of Layer
        Three.

    References
    ----------
    Iandola et al. 2016, SqueezeNet, arXiv:1602.07360, section 3.1.
    """
    return (
        Convolution(f"squeeze{number}", squeeze, kernel=1, padding=0),
        Rectifier(f"relu_squeeze{number}"),
        Branches(
            f"fire{number}",
            (
                (Convolution("expand1x1", expand, kernel=1, padding=0), Rectifier("relu_expand1x1")),
                (Convolution("expand3x3", expand), Rectifier("relu_expand3x3")),
            ),
        ),
    )


SQUEEZENET = Architecture(
    id="squeezenet1_0",
    title="SqueezeNet 1.0",
    family="SqueezeNet",
    layers=(
        Convolution("conv1", 96, kernel=7, stride=2, padding=0),
        Rectifier("relu1"),
        Pooling("pool1", kernel=3, ceil=True),
        *fire(2, 16, 64),
        *fire(3, 16, 64),
        *fire(4, 32, 128),
        Pooling("pool4", kernel=3, ceil=True),
        *fire(5, 32, 128),
        *fire(6, 48, 192),
        *fire(7, 48, 192),
        *fire(8, 64, 256),
        Pooling("pool8", kernel=3, ceil=True),
        *fire(9, 64, 256),
    ),
    # Chosen by eye: five style layers at VGG's strides leave gaps between the strokes.
    content_layers=("fire5",),
    style_layers=("relu1", "fire2", "fire3", "fire4", "fire5", "fire6", "fire7", "fire8"),
    releases=(
        Release("squeezenet1_0-b66bff10", IMAGENET, torchvision="SqueezeNet1_0_Weights.IMAGENET1K_V1"),
        # The authors' own weights, trained in Caffe.
        Release("squeezenet1_0", CAFFE, first_pixel=(0.14152, 0.09868, 0.07785)),
    ),
)
