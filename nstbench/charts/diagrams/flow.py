"""How pictures, networks and losses of a method hang together: pictures and boxes on a grid, and arrows.

The pictures are those of a finished run and its content and style; networks are drawn from their tables.
"""

import math
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from pydantic import Field, model_validator

from nstbench.charts.base import ChartKind, Materials
from nstbench.charts.diagrams.chain import chain
from nstbench.core.configuration import Record
from nstbench.core.errors import InputError, shortened
from nstbench.core.number_format import counted

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure


class Node(Record):
    """A picture, a network or a box with its text, in the middle of a cell (column, row) of the grid.

    `shows` is content, style, noise or an arm of the chart's experiment, and `part` what is left of its
    colours; `network` is one that nstbench.charts.diagrams.chain knows; `about` colours a box.
    """

    at: tuple[float, float]
    text: str
    shows: str | None = None
    part: Literal["all", "luminance", "chroma"] = "all"
    network: str | None = None
    about: Literal["style", "content", "both"] = "both"

    @property
    def kind(self) -> str:
        """What is drawn: a picture, a network or a box."""
        if self.shows:
            return "picture"
        return "network" if self.network else "box"

    @model_validator(mode="after")
    def _known_network(self) -> "Node":
        if self.network:
            chain(self.network)
        return self


class Arrow(Record):
    """From a node to another; `way` says how where a straight line or a step does not do.

    `under` and `around` leave downwards and return at the bottom or the left; `turn` has one corner.
    """

    start: str
    end: str
    way: Literal["direct", "turn", "under", "around"] = "direct"
    text: str = ""


class FlowDiagram(ChartKind):
    """The nodes by id in the cells of a grid of columns and rows, and the arrows between them."""

    inches = (10.0, 4.6)

    grid: tuple[int, int]
    nodes: dict[str, Node] = Field(min_length=1)
    arrows: tuple[Arrow, ...] = ()

    @model_validator(mode="after")
    def _known_nodes(self) -> "FlowDiagram":
        for end in (end for arrow in self.arrows for end in (arrow.start, arrow.end)):
            if end not in self.nodes:
                raise ValueError(f"arrows: unknown node {shortened(end)}; allowed: {', '.join(self.nodes)}")
        return self

    def measure(self, materials: Materials) -> "pd.DataFrame":
        """One row a node, an arrow, and a layer of a network that is a node.

        Columns part, node, kind, text, about, x and y, the middle of a node in shares of the sheet from its
        upper left corner, picture as a data URI; start, end, way of an arrow; layer, channels, kernel, stride
        of a layer.
        """
        import pandas as pd

        return pd.DataFrame(self._rows(materials))

    def _rows(self, materials: Materials) -> Iterator[dict[str, object]]:
        columns, rows = self.grid
        for id, node in self.nodes.items():
            yield {
                "part": "node",
                "node": id,
                "kind": node.kind,
                "text": node.text,
                "about": node.about,
                "x": (node.at[0] + 0.5) / columns,
                "y": (node.at[1] + 0.5) / rows,
                "picture": _as_text(node.shows, node.part, materials) if node.shows else None,
            }
            for layer in chain(node.network) if node.network else ():
                yield {
                    "part": "layer",
                    "node": id,
                    "layer": layer.name,
                    "kind": layer.kind,
                    "channels": layer.channels,
                    "kernel": layer.kernel,
                    "stride": layer.stride,
                }
        for arrow in self.arrows:
            yield {"part": "arrow", **arrow.model_dump()}

    @staticmethod
    def findings(table: "pd.DataFrame") -> list[str]:
        """What the networks consist of, each once, and whether they change the size of their input."""
        found = []
        networks = table[table["kind"] == "network"].drop_duplicates("text")
        for node, network in zip(networks["node"], networks["text"], strict=True):
            layers = table[(table["part"] == "layer") & (table["node"] == node)]
            kinds = ", ".join(counted(count, kind) for kind, count in Counter(layers["kind"]).items())
            stride = math.prod(layers["stride"])
            size = "of the size of its input" if stride == 1 else f"{stride:g} times smaller than its input"
            found.append(f"{network}: {kinds}; the output is {size}.")
        return found

    @staticmethod
    def draw(table: "pd.DataFrame", figure: "Figure") -> None:
        """The nodes and the arrows."""
        from nstbench.charts.diagrams.flow_drawing import draw_flow

        draw_flow(table, figure)


def _as_text(shows: str, part: str, materials: Materials) -> str:
    """A picture, its luminance, or its colours at one luminance, as a data URI of THUMBNAIL pixels a side.

    The picture is noise, or the first run's content or style, or the result of an arm; InputError when the
    experiment has no such arm.
    """
    import torch

    from nstbench.charts.diagrams.data_uri import THUMBNAIL, to_data_uri
    from nstbench.images.colour_spaces import luma
    from nstbench.images.noise import grey_noise
    from nstbench.images.pictures import load_picture
    from nstbench.images.tensors import to_picture, to_tensor
    from nstbench.methods.colour.preservation import with_luminance_of

    if shows == "noise":
        image = grey_noise(torch.Size((1, 3, THUMBNAIL, THUMBNAIL)), seed=0)
    else:
        # The first run of an arm counts.
        files = {run.planned.arm.id: run.image for run in reversed(materials.runs)}
        for run in materials.runs[:1]:
            files["content"] = materials.folder / f"{run.planned.run.content}.png"
            files["style"] = materials.folder / f"{run.planned.run.style}.png"
        if shows not in files:
            raise InputError(f"nothing to show for {shortened(shows)}; allowed: noise, {', '.join(files)}")
        image = to_tensor(load_picture(files[shows], THUMBNAIL, square=True))
    match part:
        case "luminance":
            image = luma(image).expand_as(image)
        case "chroma":
            image = with_luminance_of(image, torch.full_like(image, 0.5))
    return to_data_uri(to_picture(image))
