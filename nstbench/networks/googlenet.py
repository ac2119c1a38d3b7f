"""GoogLeNet (Szegedy et al. 2015, table 1), without local response normalisation, as torchvision has it."""

from nstbench.networks.architecture import (
    Architecture,
    Branches,
    Convolution,
    Layer,
    Pooling,
    Rectifier,
    Release,
)
from nstbench.networks.preprocessing import HALVES


def inception(
    name: str, one: int, three_reduce: int, three: int, five_reduce: int, five: int, pool_proj: int
) -> Branches:
    """An inception module; the layer called 5x5 has 3x3 windows, because torchvision's weights do.

    Parameters
    ----------
    name
        Of the module.
    one, three_reduce, three, five_reduce, five, pool_proj
        Numbers of channels, in the order of the paper's table.

    Returns
    -------
    Branches
        Four chains.

    References
    ----------
    Szegedy et al. 2015, Going deeper with convolutions, arXiv:1409.4842, table 1.
    """
    return Branches(
        name,
        (
            _rectified("1x1", one, kernel=1),
            (*_rectified("3x3_reduce", three_reduce, kernel=1), *_rectified("3x3", three, kernel=3)),
            (*_rectified("5x5_reduce", five_reduce, kernel=1), *_rectified("5x5", five, kernel=3)),
            (
                Pooling("pool", kernel=3, stride=1, padding=1, ceil=True),
                *_rectified("pool_proj", pool_proj, kernel=1),
            ),
        ),
    )


def _rectified(name: str, channels: int, kernel: int) -> tuple[Layer, ...]:
    return (Convolution(name, channels, kernel, padding=kernel // 2), Rectifier(f"relu_{name}"))


GOOGLENET = Architecture(
    id="googlenet",
    title="GoogLeNet",
    family="Inception",
    layers=(
        Convolution("conv1", 64, kernel=7, stride=2, padding=3),
        Rectifier("relu1"),
        Pooling("pool1", kernel=3, ceil=True),
        Convolution("conv2_reduce", 64, kernel=1, padding=0),
        Rectifier("relu2_reduce"),
        Convolution("conv2", 192),
        Rectifier("relu2"),
        Pooling("pool2", kernel=3, ceil=True),
        inception("inception3a", 64, 96, 128, 16, 32, 32),
        inception("inception3b", 128, 128, 192, 32, 96, 64),
        Pooling("pool3", kernel=3, ceil=True),
        inception("inception4a", 192, 96, 208, 16, 48, 64),
        inception("inception4b", 160, 112, 224, 24, 64, 64),
        inception("inception4c", 128, 128, 256, 24, 64, 64),
        inception("inception4d", 112, 144, 288, 32, 64, 64),
        inception("inception4e", 256, 160, 320, 32, 128, 128),
        Pooling("pool4", ceil=True),
        inception("inception5a", 256, 160, 320, 32, 128, 128),
        inception("inception5b", 384, 192, 384, 48, 128, 128),
    ),
    # As Tai's `neuralart` has them.
    content_layers=("inception3a", "inception4a"),
    style_layers=(
        "relu1",
        "relu2",
        "inception3a",
        "inception3b",
        "inception4a",
        "inception4b",
        "inception4c",
        "inception4d",
        "inception4e",
    ),
    releases=(Release("googlenet-1378be20", HALVES, torchvision="GoogLeNet_Weights.IMAGENET1K_V1"),),
)
