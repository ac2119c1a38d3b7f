"""A VGG network drawn layer by layer from its table: sizes, channels, parameters, and where it is read.

At full width, as published; no weights are read.
"""

from typing import TYPE_CHECKING, Literal

from pydantic import Field, model_validator

from nstbench.charts.base import ChartKind, Materials
from nstbench.charts.diagrams.chain import chain
from nstbench.networks.catalogue import architecture

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

DENSE = "fully connected"


class LayerDiagram(ChartKind):
    """The layers of `network` for a picture of `size` pixels a side.

    `style_layers` and `content_layers` are where it is read; `dense` are the widths of the fully connected
    layers that the original ends with and style transfer leaves out.
    """

    network: Literal["vgg16", "vgg19"] = "vgg19"
    size: int = Field(default=224, ge=32)
    style_layers: tuple[str, ...] = ()
    content_layers: tuple[str, ...] = ()
    dense: tuple[int, ...] = ()

    @model_validator(mode="after")
    def _known_layers(self) -> "LayerDiagram":
        architecture(self.network).check_layers([*self.style_layers, *self.content_layers])
        return self

    def measure(self, materials: Materials) -> "pd.DataFrame":
        """A row a layer: its shape, block, number of parameters, and where it is read.

        Columns layer, kind, channels, kernel, stride, block, side, parameters, activation, place, read_for;
        `side` and `channels` are of the output, `activation` is the ReLU behind a convolution and `place` its
        place among all layers, from 0, which is that in torchvision's `features`. `read_for` is style,
        content or empty.
        """
        import pandas as pd

        table = pd.DataFrame(chain(self.network)).rename(columns={"name": "layer"})
        convolution = table["kind"] == "convolution"
        table["block"] = (~convolution).shift(fill_value=False).cumsum() + 1
        table["side"] = (self.size // table["stride"].cumprod()).astype(int)
        inputs = table["channels"].shift(fill_value=3)
        weights = table["channels"] * (inputs * table["kernel"] ** 2 + 1)
        table["parameters"] = weights.where(convolution, 0)
        table["activation"] = table["layer"].str.replace("conv", "relu").where(convolution, "")
        names = architecture(self.network).layer_names
        table["place"] = [str(names.index(name)) if name else "" for name in table["activation"]]
        purposes = dict.fromkeys(self.style_layers, "style") | dict.fromkeys(self.content_layers, "content")
        table["read_for"] = [purposes.get(name, "") for name in table["activation"]]
        return pd.concat([table, _dense_layers(table.iloc[-1], self.dense)], ignore_index=True)

    @staticmethod
    def findings(table: "pd.DataFrame") -> list[str]:
        """Layers and parameters by block, and the places in torchvision where the network is read."""
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

    @staticmethod
    def draw(table: "pd.DataFrame", figure: "Figure") -> None:
        """Boxes over a table of their shapes."""
        from nstbench.charts.diagrams.layers_drawing import draw_layers

        draw_layers(table, figure)


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
