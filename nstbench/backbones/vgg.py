"""The VGG family (Simonyan and Zisserman 2015, table 1, configurations D and E)."""

from nstbench.backbones.architecture import Architecture, Convolution, Layer, Pooling, Rectifier

CHANNELS = (64, 128, 256, 512, 512)


def vgg(id: str, title: str, convolutions_per_block: tuple[int, ...]) -> Architecture:
    layers: list[Layer] = []
    for block, (count, channels) in enumerate(zip(convolutions_per_block, CHANNELS, strict=True), 1):
        for position in range(1, count + 1):
            layers.append(Convolution(f"conv{block}_{position}", channels))
            layers.append(Rectifier(f"relu{block}_{position}"))
        layers.append(Pooling(f"pool{block}"))
    return Architecture(
        id,
        title,
        tuple(layers),
        content_layers=("relu4_2",),
        style_layers=("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1"),
        imagenet=f"{id.upper()}_Weights.IMAGENET1K_V1",
    )


VGG16 = vgg("vgg16", "VGG-16", (2, 2, 3, 3, 3))
VGG19 = vgg("vgg19", "VGG-19", (2, 2, 4, 4, 4))
