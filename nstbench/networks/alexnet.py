"""AlexNet (Krizhevsky 2014, one column, without local response normalisation, as torchvision has it)."""

from nstbench.networks.architecture import Architecture, Convolution, Pooling, Rectifier, Release
from nstbench.networks.preprocessing import IMAGENET

ALEXNET = Architecture(
    id="alexnet",
    title="AlexNet",
    family="AlexNet",
    layers=(
        Convolution("conv1", 64, kernel=11, stride=4, padding=2),
        Rectifier("relu1"),
        Pooling("pool1", kernel=3),
        Convolution("conv2", 192, kernel=5, padding=2),
        Rectifier("relu2"),
        Pooling("pool2", kernel=3),
        Convolution("conv3", 384),
        Rectifier("relu3"),
        Convolution("conv4", 256),
        Rectifier("relu4"),
        Convolution("conv5", 256),
        Rectifier("relu5"),
        Pooling("pool5", kernel=3),
    ),
    # As Liu's `style-transfer` has them for Caffe's AlexNet.
    content_layers=("relu4",),
    style_layers=("relu1", "relu2", "relu3", "relu4", "relu5"),
    releases=(Release("alexnet-owt-7be5be79", IMAGENET, torchvision="AlexNet_Weights.IMAGENET1K_V1"),),
)
