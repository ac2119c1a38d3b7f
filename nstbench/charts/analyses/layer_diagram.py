"""A VGG network drawn layer by layer from its table: sizes, channels, parameters, and where it is read.

At full width, as published; no weights are read.
"""

from typing import TYPE_CHECKING, Literal

from pydantic import Field, model_validator

from nstbench.charts.analyses.base import Analysis, Materials
from nstbench.charts.analyses.chain import chain
from nstbench.core.configuration import Record
from nstbench.networks.architecture import Architecture
from nstbench.networks.catalogue import architecture

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

DENSE = "fully connected"


class LayerDiagramParameters(Record):
    """The network and the side of its input in pixels.

    `style_layers` and `content_layers` are where it is read; `dense` are the widths of the fully connected
    layers that the original ends with and style transfer leaves out.
    """

    network: Literal["vgg16", "vgg19"] = "vgg19"
    size: int = Field(default=224, ge=32)
    style_layers: tuple[str, ...] = ()
    content_layers: tuple[str, ...] = ()
    dense: tuple[int, ...] = ()

    @property
    def architecture(self) -> Architecture:
        return architecture(self.network)

    @model_validator(mode="after")
    def _known_layers(self) -> "LayerDiagramParameters":
        self.architecture.check_layers([*self.style_layers, *self.content_layers])
        return self


def measure(materials: Materials) -> "pd.DataFrame":
    """Columns layer, kind, channels, kernel, stride, block, side, parameters, activation, place, read_for.

    `side` and `channels` are of the output, `activation` is the ReLU behind a convolution and `place` its
    place among all layers, from 0, which is that in torchvision's `features`.
    """
    import pandas as pd

    parameters: LayerDiagramParameters = materials.parameters
    table = pd.DataFrame(chain(parameters.network)).rename(columns={"name": "layer"})
    convolution = table["kind"] == "convolution"
    table["block"] = (~convolution).shift(fill_value=False).cumsum() + 1
    table["side"] = (parameters.size // table["stride"].cumprod()).astype(int)
    inputs = table["channels"].shift(fill_value=3)
    weights = table["channels"] * (inputs * table["kernel"] ** 2 + 1)
    table["parameters"] = weights.where(convolution, 0)
    table["activation"] = table["layer"].str.replace("conv", "relu").where(convolution, "")
    table["place"] = [_place(parameters.architecture, name) for name in table["activation"]]
    purposes = dict.fromkeys(parameters.style_layers, "style") | dict.fromkeys(
        parameters.content_layers, "content"
    )
    table["read_for"] = [purposes.get(name, "") for name in table["activation"]]
    return pd.concat([table, _dense_layers(table.iloc[-1], parameters.dense)], ignore_index=True)


def _place(network: Architecture, layer: str) -> str:
    return str(network.layer_names.index(layer)) if layer else ""


def _dense_layers(last: "pd.Series", widths: tuple[int, ...]) -> "pd.DataFrame":
    """Rows for fully connected layers behind the output of the last layer."""
    import pandas as pd

    inputs = (last["channels"] * last["side"] ** 2, *widths)
    rows = [
        {"channels": width, "parameters": width * (incoming + 1)}
        for incoming, width in zip(inputs, widths, strict=False)
    ]
    table = pd.DataFrame(rows, columns=["channels", "parameters"])
    names = [f"fc{last['block'] + number}" for number in range(1, len(rows) + 1)]
    same = {"kind": DENSE, "block": last["block"] + 1, "side": 1, "kernel": 1, "stride": 1}
    return table.assign(layer=names, activation="", place="", read_for="", **same)


def findings(table: "pd.DataFrame") -> list[str]:
    convolutions = table[table["kind"] == "convolution"]
    poolings, dense = ((table["kind"] == kind).sum() for kind in ("pooling", DENSE))
    blocks = ", ".join(map(str, convolutions.groupby("block").size()))
    found = [
        f"{len(convolutions)} convolutions, each with a ReLU, in blocks of {blocks}, and {poolings} "
        f"poolings: {convolutions['parameters'].sum():,} parameters."
    ]
    for purpose, rows in table[table["read_for"] != ""].groupby("read_for", sort=False):
        layers, places = ", ".join(rows["activation"]), ", ".join(rows["place"])
        found.append(f"For the {purpose} it is read at {layers}: {places} in torchvision's vgg.features.")
    if dense:
        whole = table["parameters"].sum()
        found.append(f"{whole:,} parameters with the {dense} fully connected layers of the original.")
    return found


def draw(table: "pd.DataFrame", figure: "Figure") -> None:
    from nstbench.charts.diagrams.layers import draw_layers

    draw_layers(table, figure)


ANALYSIS = Analysis("layer_diagram", LayerDiagramParameters, measure, findings, draw, inches=(10.0, 4.2))
