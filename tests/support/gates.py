"""What a network has to bring about before its pictures may be trusted, as distances of what it sees."""

from nstbench.losses.gram import gram


def content_distance(backbone, image, content, layer):
    """|F - P|^2 / |P|^2 in one layer."""
    found, wanted = (backbone(picture, [layer])[layer] for picture in (image, content))
    return ((found - wanted).square().sum() / wanted.square().sum()).item()


def style_distance(backbone, image, style):
    """The mean over the layers of style of |G - A|^2 / |A|^2, of their Gram matrices."""
    layers = backbone.architecture.style_layers
    found, wanted = (backbone(picture, layers) for picture in (image, style))
    distances = [
        (gram(found[layer]) - gram(wanted[layer])).square().sum() / gram(wanted[layer]).square().sum()
        for layer in layers
    ]
    return (sum(distances) / len(distances)).item()
