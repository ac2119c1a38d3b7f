"""The features in which contents and styles are compared: layers that most runs optimise, and others.

A method must not be ranked by the loss that it optimised, so every distance between features is measured
four times: at the default layers, at layers held out from them, by a second network, and by one that has
nothing in common with any that is optimised.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, TypeAlias

from typing_extensions import override

from nstbench.networks.efficientnet import EFFICIENTNET_LITE0, LAYERS, load_efficientnet

if TYPE_CHECKING:
    from torch import Tensor

# Takes an image and names of layers; a `Backbone` is one.
FeatureNetwork: TypeAlias = "Callable[[Tensor, Iterable[str]], dict[str, Tensor]]"


@dataclass(frozen=True)
class FeatureSpace:
    """Layers of a network.

    Attributes
    ----------
    suffix : str
        What the ids of metrics in this space end with; "" for the default one.
    backbone : str
        The network's id: "vgg19", "vgg16" or "efficientnet_lite0".
    description : str
        How titles name the space: "by VGG-19".
    content_layer : str
        The layer at which contents are compared.
    style_layers : tuple of str
        The layers at which styles are compared.
    """

    suffix: str
    backbone: str
    description: str
    content_layer: str
    style_layers: tuple[str, ...]


DEFAULT_STYLE_LAYERS = ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1")
DEFAULT = FeatureSpace("", "vgg19", "by VGG-19", "relu4_2", DEFAULT_STYLE_LAYERS)
HELD_OUT = FeatureSpace(
    "_held",
    "vgg19",
    "by VGG-19 at held-out layers",
    "relu4_4",
    ("relu1_2", "relu2_2", "relu3_3", "relu4_3", "relu5_2"),
)
SECOND = FeatureSpace("_vgg16", "vgg16", "by VGG-16", "relu4_2", DEFAULT_STYLE_LAYERS)
INDEPENDENT = FeatureSpace("_lite", EFFICIENTNET_LITE0, "by EfficientNet-Lite0", "stride8", tuple(LAYERS))
FEATURE_SPACES = (DEFAULT, HELD_OUT, SECOND, INDEPENDENT)
# The networks that judge, and on which weights, unless a profile says otherwise.
JUDGES: Mapping[str, str] = {"vgg19": "embedded", "vgg16": "embedded", EFFICIENTNET_LITE0: "imagenet"}

# Every layer of some space, by network: they are computed in one pass.
EVALUATED_LAYERS = {
    space.backbone: tuple(
        dict.fromkeys(
            layer
            for each in FEATURE_SPACES
            if each.backbone == space.backbone
            for layer in (each.content_layer, *each.style_layers)
        )
    )
    for space in FEATURE_SPACES
}


class Judges(Mapping[str, FeatureNetwork]):
    """The networks that metrics compare features of, by id; each is loaded when it is first asked for.

    They compute in full precision on the CPU, whatever a run was made with.

    Parameters
    ----------
    weights : mapping of str to str
        The weights of each network.
    """

    def __init__(self, weights: Mapping[str, str] = JUDGES) -> None:
        self.weights = dict(weights)

    @override
    def __getitem__(self, id: str) -> FeatureNetwork:
        return _load(id, self.weights[id])

    @override
    def __iter__(self) -> Iterator[str]:
        return iter(self.weights)

    @override
    def __len__(self) -> int:
        return len(self.weights)


@cache
def _load(id: str, weights: str) -> FeatureNetwork:
    if id == EFFICIENTNET_LITE0:
        return load_efficientnet()
    import torch

    from nstbench.core.hardware import Hardware
    from nstbench.networks.loading import load_backbone

    backbone = load_backbone(id, weights, "max", Hardware(torch.device("cpu"), "fp32"))
    backbone.truncate(EVALUATED_LAYERS[id])
    return backbone
