"""A few feature maps of a picture and the products of every two, which are a corner of its Gram matrix.

Maps of two layers make a corner of their chained Gram matrix (nstbench.losses.chained_gram).
"""

from typing import TYPE_CHECKING

from pydantic import Field, model_validator

from nstbench.charts.base import Materials
from nstbench.charts.network import NetworkKind
from nstbench.core.configuration import Record

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure


class Maps(Record):
    """How many maps of a layer: those that vary most over the picture."""

    layer: str
    count: int = Field(ge=1, le=4)


class GramDiagram(NetworkKind):
    """The maps along both sides of the table; those at its side come from the same or a deeper layer."""

    pictures = 1

    top: Maps
    side: Maps

    @model_validator(mode="after")
    def _known_layers(self) -> "GramDiagram":
        names = self.architecture.layer_names
        self.architecture.check_layers([self.top.layer, self.side.layer])
        if names.index(self.side.layer) < names.index(self.top.layer):
            raise ValueError(
                f"side: {self.side.layer} is not as deep as {self.top.layer} of top; exchange them"
            )
        return self

    def measure(self, materials: Materials) -> "pd.DataFrame":
        """Columns part, map, other, y, x, value, picture; a map is called `<layer>/<channel>`.

        A part is the `picture`, as a data URI; a `map`, one row a position; or an `entry`, the mean over
        positions of the product of a map at the top and another one at the side.
        """
        import numpy as np
        import pandas as pd
        import torch

        from nstbench.charts.diagrams.data_uri import THUMBNAIL, to_data_uri
        from nstbench.images.pictures import load_picture
        from nstbench.losses.chained_gram import chained_gram
        from nstbench.losses.content import activations

        (file,) = materials.pictures.values()
        backbone = self.load(materials)
        with torch.no_grad():
            found = backbone(materials.picture(file), {self.top.layer, self.side.layer})
        shown_maps = []
        for maps in (self.top, self.side):
            features = activations(found[maps.layer])[0]
            # Those with the largest variance, in the order of their channels.
            channels = features.flatten(1).var(1).topk(maps.count).indices.sort().values.tolist()
            shown_maps.append({f"{maps.layer}/{channel}": features[channel] for channel in channels})
        top, side = shown_maps
        shown = to_data_uri(load_picture(file, THUMBNAIL, square=True))
        parts = [pd.DataFrame([{"part": "picture", "picture": shown}])]
        for name, values in (top | side).items():
            y, x = np.indices(values.shape).reshape(2, -1)
            positions = {"y": y, "x": x, "value": values.flatten().cpu()}
            parts.append(pd.DataFrame({"part": "map", "map": name, **positions}))
        columns, rows = (torch.stack(list(each.values()))[None] for each in (top, side))
        products = chained_gram(columns, rows)[0]
        entries = [
            {"part": "entry", "map": name, "other": other, "value": products[column, row].item()}
            for column, name in enumerate(top)
            for row, other in enumerate(side)
        ]
        return pd.concat([*parts, pd.DataFrame(entries)], ignore_index=True)

    @staticmethod
    def findings(table: "pd.DataFrame") -> list[str]:
        """The span of the entries, and which maps fire most together."""
        entries = table[table["part"] == "entry"]
        largest = entries.nlargest(1, "value").iloc[0]
        shape = " x ".join(str(entries[side].nunique()) for side in ("map", "other"))
        one, other = (
            f"channel {channel} of {layer}"
            for layer, channel in (largest[side].split("/") for side in ("map", "other"))
        )
        return [
            f"{shape} entries, from {entries['value'].min():.2f} to {largest['value']:.2f}, "
            f"the largest of {one} with {other}."
        ]

    @staticmethod
    def draw(table: "pd.DataFrame", figure: "Figure") -> None:
        """The picture, the maps, the table of their products, and its formula."""
        from nstbench.charts.diagrams.gram_drawing import draw_gram_table

        draw_gram_table(table, figure)
