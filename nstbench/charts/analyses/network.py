"""What analyses that look into a network share: which network, and how it pools and is normalised."""

from typing import TYPE_CHECKING, Literal

from pydantic import Field, field_validator, model_validator

from nstbench.charts.analyses.base import Materials
from nstbench.core.configuration import Record
from nstbench.networks.architecture import Architecture
from nstbench.networks.catalogue import architecture

if TYPE_CHECKING:
    from nstbench.networks.backbone import Backbone
    from nstbench.networks.normalisation import Normalisation


class NetworkParameters(Record):
    """A network by its id; its weights are the profile's."""

    backbone: str = "vgg19"
    normalisation: Literal["mean-1", "port", "none"] = "mean-1"
    pooling: Literal["max", "average"] = "average"

    @field_validator("backbone")
    @classmethod
    def _known_backbone(cls, id: str) -> str:
        return architecture(id).id

    @property
    def architecture(self) -> Architecture:
        return architecture(self.backbone)

    def load(self, materials: Materials, normalisation: "Normalisation | None" = None) -> "Backbone":
        """The network with its own normalisation, or with the one asked for."""
        from nstbench.networks.loading import load_backbone

        return load_backbone(
            self.backbone,
            materials.weights,
            self.pooling,
            materials.hardware,
            normalisation or self.normalisation,
        )


class LayersParameters(NetworkParameters):
    """A network and some of its layers, from the input on."""

    layers: tuple[str, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _known_layers(self) -> "LayersParameters":
        self.architecture.check_layers(self.layers)
        return self
