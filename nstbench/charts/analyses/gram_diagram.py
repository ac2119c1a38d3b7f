"""A few feature maps of a picture and the products of every two, which are a corner of its Gram matrix.

Maps of two layers make a corner of their chained Gram matrix (nstbench.losses.chained_gram).
"""

from typing import TYPE_CHECKING

from pydantic import Field, model_validator

from nstbench.charts.analyses.base import Analysis, Materials
from nstbench.charts.analyses.network import NetworkParameters
from nstbench.core.configuration import Record

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure
    from torch import Tensor


class Maps(Record):
    """How many maps of a layer: those that vary most over the picture."""

    layer: str
    count: int = Field(ge=1, le=4)


class GramDiagramParameters(NetworkParameters):
    """The maps along both sides of the table; those at its side come from the same or a deeper layer."""

    top: Maps
    side: Maps

    @model_validator(mode="after")
    def _known_layers(self) -> "GramDiagramParameters":
        names = self.architecture.layer_names
        self.architecture.check_layers([self.top.layer, self.side.layer])
        if names.index(self.side.layer) < names.index(self.top.layer):
            raise ValueError(
                f"side: {self.side.layer} is not as deep as {self.top.layer} of top; exchange them"
            )
        return self


def measure(materials: Materials) -> "pd.DataFrame":
    """Columns part, map, other, y, x, value, picture; a map is called `<layer>/<channel>`.

    A part is the `picture`, as a data URI; a `map`, one row a position; or an `entry`, the mean over
    positions of the product of a map at the top and another one at the side.
    """
    import pandas as pd
    import torch

    from nstbench.charts.diagrams.data_uri import THUMBNAIL, to_data_uri
    from nstbench.images.pictures import load_picture
    from nstbench.losses.activations import activations
    from nstbench.losses.chained_gram import chained_gram

    parameters: GramDiagramParameters = materials.parameters
    (file,) = materials.pictures.values()
    backbone = parameters.load(materials)
    with torch.no_grad():
        found = backbone(materials.picture(file), {parameters.top.layer, parameters.side.layer})
    top, side = (
        _liveliest(activations(found[maps.layer]), maps) for maps in (parameters.top, parameters.side)
    )
    products = chained_gram(_stacked(top), _stacked(side))[0]
    shown = to_data_uri(load_picture(file, THUMBNAIL, square=True))
    entries = [
        {"part": "entry", "map": name, "other": other, "value": products[column, row].item()}
        for column, name in enumerate(top)
        for row, other in enumerate(side)
    ]
    return pd.concat(
        [
            pd.DataFrame([{"part": "picture", "picture": shown}]),
            *(_positions(name, maps) for name, maps in (top | side).items()),
            pd.DataFrame(entries),
        ],
        ignore_index=True,
    )


def _liveliest(features: "Tensor", maps: Maps) -> "dict[str, Tensor]":
    """The maps (H, W) of (1, N, H, W) with the largest variance, in the order of their channels."""
    channels = features[0].flatten(1).var(1).topk(maps.count).indices.sort().values
    return {f"{maps.layer}/{channel}": features[0, channel] for channel in channels.tolist()}


def _stacked(maps: "dict[str, Tensor]") -> "Tensor":
    """Features (1, N, H, W) of N maps."""
    import torch

    return torch.stack(list(maps.values()))[None]


def _positions(name: str, values: "Tensor") -> "pd.DataFrame":
    """The rows of one map (H, W)."""
    import numpy as np
    import pandas as pd

    y, x = np.indices(values.shape).reshape(2, -1)
    return pd.DataFrame({"part": "map", "map": name, "y": y, "x": x, "value": values.flatten().cpu()})


def findings(table: "pd.DataFrame") -> list[str]:
    entries = table[table["part"] == "entry"]
    largest = entries.nlargest(1, "value").iloc[0]
    shape = " x ".join(str(entries[side].nunique()) for side in ("map", "other"))
    return [
        f"{shape} entries, from {entries['value'].min():.2f} to {largest['value']:.2f}, "
        f"the largest of {_title(largest['map'])} with {_title(largest['other'])}."
    ]


def _title(name: str) -> str:
    layer, channel = name.split("/")
    return f"channel {channel} of {layer}"


def draw(table: "pd.DataFrame", figure: "Figure") -> None:
    from nstbench.charts.diagrams.gram_table import draw_gram_table

    draw_gram_table(table, figure)


ANALYSIS = Analysis(
    "gram_diagram", GramDiagramParameters, measure, findings, draw, inches=(10.0, 4.2), pictures=1
)
