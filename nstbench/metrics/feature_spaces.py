"""The features in which contents and styles are compared: layers that most runs optimise, and others.

A method must not be ranked by the loss that it optimised, so every distance between features is measured
three times: at the default layers, at layers held out from them, and by a second network.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nstbench.networks.backbone import Backbone


@dataclass(frozen=True)
class FeatureSpace:
    """Layers of a network.

    Attributes
    ----------
    suffix : str
        What the ids of metrics in this space end with; "" for the default one.
    backbone : str
        The network's id, such as "vgg19".
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
FEATURE_SPACES = (DEFAULT, HELD_OUT, SECOND)

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


@cache
def evaluation_backbones() -> "Mapping[str, Backbone]":
    """Load the networks that metrics compare features of.

    Returns
    -------
    mapping of str to Backbone
        The embedded networks by id, in full precision on the CPU whatever a run was made with, cut off
        behind the last layer that a metric needs.
    """
    import torch

    from nstbench.core.hardware import Hardware
    from nstbench.networks.loading import load_backbone

    hardware = Hardware(torch.device("cpu"), "fp32")
    loaded = {id: load_backbone(id, "embedded", "max", hardware) for id in EVALUATED_LAYERS}
    for id, backbone in loaded.items():
        backbone.truncate(EVALUATED_LAYERS[id])
    return loaded
