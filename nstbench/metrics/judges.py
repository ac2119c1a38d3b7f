"""Who judges contents and styles: layers of the network that most runs optimise, and others.

A method must not be ranked by the loss that it optimised, so every distance between features is measured
three times: at the default layers, at layers held out from them, and by a second network.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Judge:
    """Layers of a backbone; `suffix` tells its metrics from those of other judges."""

    suffix: str
    backbone: str
    description: str
    content_layer: str
    style_layers: tuple[str, ...]


DEFAULT_STYLE_LAYERS = ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1")
DEFAULT = Judge("", "vgg19", "by VGG-19", "relu4_2", DEFAULT_STYLE_LAYERS)
HELD_OUT = Judge(
    "_held",
    "vgg19",
    "by VGG-19 at held-out layers",
    "relu4_4",
    ("relu1_2", "relu2_2", "relu3_3", "relu4_3", "relu5_2"),
)
SECOND = Judge("_vgg16", "vgg16", "by VGG-16", "relu4_2", DEFAULT_STYLE_LAYERS)
JUDGES = (DEFAULT, HELD_OUT, SECOND)

# Every layer that some judge looks at, by backbone: they are computed in one pass.
JUDGED_LAYERS = {
    judge.backbone: tuple(
        dict.fromkeys(
            layer
            for each in JUDGES
            if each.backbone == judge.backbone
            for layer in (each.content_layer, *each.style_layers)
        )
    )
    for judge in JUDGES
}
