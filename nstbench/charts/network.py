"""Kinds of charts that look into a network: which one, how it pools and how it is normalised."""

from typing import TYPE_CHECKING, Literal

from pydantic import Field, field_validator, model_validator

from nstbench.charts.base import ChartKind, Materials
from nstbench.networks.architecture import Architecture
from nstbench.networks.catalogue import architecture
from nstbench.networks.weight_sources import weights_for

if TYPE_CHECKING:
    from nstbench.networks.backbone import Backbone
    from nstbench.networks.normalisation import Normalisation


class NetworkKind(ChartKind):
    """A chart of a network, by its id; its weights are the profile's."""

    backbone: str = "vgg19"
    normalisation: Literal["mean-1", "port", "one-scale", "none"] = "mean-1"
    pooling: Literal["max", "average"] = "average"

    @field_validator("backbone")
    @classmethod
    def _known_backbone(cls, id: str) -> str:
        return architecture(id).id

    @property
    def architecture(self) -> Architecture:
        """The table of the network's layers."""
        return architecture(self.backbone)

    @property
    def weights_of(self) -> str:
        """The network."""
        return self.backbone

    def load(self, materials: Materials, normalisation: "Normalisation | None" = None) -> "Backbone":
        """Load the network with its own normalisation, or with the one asked for."""
        from nstbench.networks.loading import load_backbone

        weights = weights_for(self.architecture, materials.weights)
        own = normalisation or self.normalisation
        return load_backbone(self.backbone, weights, self.pooling, materials.hardware, own)


class LayersKind(NetworkKind):
    """A chart of a network and of some of its layers, from the input on."""

    layers: tuple[str, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _known_layers(self) -> "LayersKind":
        self.architecture.check_layers(self.layers)
        return self
