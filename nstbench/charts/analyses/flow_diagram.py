"""How pictures, networks and losses of a method hang together: pictures and boxes on a grid, and arrows.

The pictures are those of a finished run and its content and style; networks are drawn from their tables.
"""

import math
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field, model_validator

from nstbench.charts.analyses.base import Analysis, Materials
from nstbench.charts.analyses.chain import chain
from nstbench.core.configuration import Record
from nstbench.core.errors import InputError

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure
    from torch import Tensor


class Node(Record):
    """A picture, a network or a box with its text, in the middle of a cell (column, row) of the grid.

    `shows` is content, style, noise or an arm of the chart's experiment, and `part` what is left of its
    colours; `network` is one that nstbench.charts.analyses.chain knows; `about` colours a box.
    """

    at: tuple[float, float]
    text: str
    shows: str | None = None
    part: Literal["all", "luminance", "chroma"] = "all"
    network: str | None = None
    about: Literal["style", "content", "both"] = "both"

    @property
    def kind(self) -> str:
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


class FlowDiagramParameters(Record):
    """The number of columns and rows, the nodes by id, and the arrows between them."""

    grid: tuple[int, int]
    nodes: dict[str, Node] = Field(min_length=1)
    arrows: tuple[Arrow, ...] = ()

    @model_validator(mode="after")
    def _known_nodes(self) -> "FlowDiagramParameters":
        for end in (end for arrow in self.arrows for end in (arrow.start, arrow.end)):
            if end not in self.nodes:
                raise ValueError(f"arrows: unknown node {end!r}; allowed: {', '.join(self.nodes)}")
        return self


def measure(materials: Materials) -> "pd.DataFrame":
    """One row a node, an arrow, and a layer of a network that is a node.

    Columns part, node, kind, text, about, x and y, the middle of a node in shares of the sheet from its
    upper left corner, picture as a data URI; start, end, way of an arrow; layer, channels, kernel, stride of
    a layer.
    """
    import pandas as pd

    return pd.DataFrame(_rows(materials))


def _rows(materials: Materials) -> Iterator[dict[str, Any]]:
    parameters: FlowDiagramParameters = materials.parameters
    columns, rows = parameters.grid
    for id, node in parameters.nodes.items():
        yield {
            "part": "node",
            "node": id,
            "kind": node.kind,
            "text": node.text,
            "about": node.about,
            "x": (node.at[0] + 0.5) / columns,
            "y": (node.at[1] + 0.5) / rows,
            "picture": _shown(node, materials) if node.shows else None,
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
    for arrow in parameters.arrows:
        yield {"part": "arrow", **arrow.model_dump()}


def _shown(node: Node, materials: Materials) -> str:
    """The picture of a node as a data URI; InputError when the experiment has no such arm."""
    from nstbench.charts.diagrams.data_uri import to_data_uri
    from nstbench.images.tensors import to_picture

    image = _image(str(node.shows), materials)
    return to_data_uri(to_picture(_part(image, node.part)))


def _image(shows: str, materials: Materials) -> "Tensor":
    """Noise, or the first run's content or style, or the result of an arm, (1, 3, THUMBNAIL, THUMBNAIL)."""
    import torch

    from nstbench.charts.diagrams.data_uri import THUMBNAIL
    from nstbench.images.noise import grey_noise
    from nstbench.images.pictures import load_picture
    from nstbench.images.tensors import to_tensor

    if shows == "noise":
        return grey_noise(torch.Size((1, 3, THUMBNAIL, THUMBNAIL)), seed=0)
    files = {run.planned.arm.id: run.image for run in reversed(materials.runs)}
    for run in materials.runs[:1]:
        files["content"] = materials.folder / f"{run.planned.run.content}.png"
        files["style"] = materials.folder / f"{run.planned.run.style}.png"
    if shows not in files:
        raise InputError(f"nothing to show for {shows!r}; allowed: noise, {', '.join(files)}")
    return to_tensor(load_picture(files[shows], THUMBNAIL, square=True))


def _part(image: "Tensor", part: str) -> "Tensor":
    """An image (1, 3, H, W), or its luminance, or its colours at one luminance."""
    import torch

    from nstbench.images.colour_spaces import luma
    from nstbench.methods.colour.preservation import with_luminance_of

    match part:
        case "luminance":
            return luma(image).expand_as(image)
        case "chroma":
            return with_luminance_of(image, torch.full_like(image, 0.5))
    return image


def findings(table: "pd.DataFrame") -> list[str]:
    """What the networks consist of, each once, and whether they change the size of their input."""
    networks = table[table["kind"] == "network"].drop_duplicates("text")
    return [
        f"{network}: {_described(table[(table['part'] == 'layer') & (table['node'] == node)])}."
        for node, network in zip(networks["node"], networks["text"], strict=True)
    ]


def _described(layers: "pd.DataFrame") -> str:
    from nstbench.core.number_format import counted

    kinds = ", ".join(counted(count, kind) for kind, count in Counter(layers["kind"]).items())
    stride = math.prod(layers["stride"])
    size = "of the size of its input" if stride == 1 else f"{stride:g} times smaller than its input"
    return f"{kinds}; the output is {size}"


def draw(table: "pd.DataFrame", figure: "Figure") -> None:
    from nstbench.charts.diagrams.flow import draw_flow

    draw_flow(table, figure)


ANALYSIS = Analysis("flow_diagram", FlowDiagramParameters, measure, findings, draw, inches=(10.0, 4.6))
