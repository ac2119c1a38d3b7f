"""The loss on the straight line between two results: is there a barrier?

Between two minima of a convex function the loss never exceeds the higher end. Source of the question:
Nikulin and Novak 2016, section 4, who find that the start decides where the descent ends.
"""

import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pydantic import Field

from nstbench.charts.analyses.base import Analysis, Materials, by_pair
from nstbench.core.configuration import Record

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from nstbench.pipeline.finished import FinishedRun


class SegmentParameters(Record):
    """`points` on each segment, ends included."""

    points: int = Field(default=21, ge=3)


def measure(materials: Materials) -> "pd.DataFrame":
    """The runs' own loss: columns content, style, start, end (captions of arms), place in [0, 1], loss."""
    import pandas as pd

    shown = [run for run in materials.runs if run.planned.run.seed == 0]
    pairs = by_pair(shown).items()
    return pd.DataFrame([row for pair, runs in pairs for row in _segments(materials, pair, runs)])


def _segments(
    materials: Materials, pair: tuple[str, str], runs: "list[FinishedRun]"
) -> Iterator[dict[str, Any]]:
    """The rows of one pair: every two arms."""
    import torch

    from nstbench.losses.objective import Objective
    from nstbench.methods.descent import open_backbone
    from nstbench.methods.gatys2015.method import GatysParameters, terms_of

    content, style = pair
    task = materials.task(runs[0].planned.run, GatysParameters)
    backbone = open_backbone(task)
    objective = Objective(backbone, terms_of(task, backbone))
    images = {run.planned.arm.caption: materials.picture(run.image) for run in runs}
    with torch.no_grad():
        for start, end in itertools.combinations(images, 2):
            for place in torch.linspace(0, 1, materials.parameters.points).tolist():
                loss = objective(torch.lerp(images[start], images[end], place))[0].item()
                yield {
                    "content": content,
                    "style": style,
                    "start": start,
                    "end": end,
                    "place": place,
                    "loss": loss,
                }


def barriers(table: "pd.DataFrame") -> "pd.Series":
    """The highest loss on each segment over the higher one of its ends; 1 where there is no barrier."""

    def height(segment: "pd.DataFrame") -> float:
        ends = segment.loc[segment["place"].isin((0.0, 1.0)), "loss"]
        return float(segment["loss"].max() / ends.max())

    segments = table.groupby(["content", "style", "start", "end"], sort=False)
    return segments[["place", "loss"]].apply(height)


def findings(table: "pd.DataFrame") -> list[str]:
    heights = barriers(table)
    above = (heights > 1.5).sum()
    lowest, highest = heights.min(), heights.max()
    return [
        f"Between two results the loss rises to {lowest:.1f} to {highest:.1f} times its higher end, "
        f"on {above} of {len(heights)} straight lines to more than 1.5 times."
    ]


def draw(table: "pd.DataFrame", figure: "Figure") -> None:
    """A plot for each two starts: the loss of every pair over its higher end, and their median."""
    from nstbench.charts.style import pairs_and_median

    routes = list(table.groupby(["start", "end"], sort=False))
    grid = figure.subplots(1, len(routes), sharey=True, squeeze=False)[0]
    for axes, ((start, end), rows) in zip(grid, routes, strict=True):
        curves = rows.pivot(index="place", columns=["content", "style"], values="loss")
        pairs_and_median(axes, curves / curves.iloc[[0, -1]].max())
        axes.set(title=f"{start} to {end}", xlabel="place on the straight line", yscale="log")
    grid[0].set_ylabel("loss over that of the higher end, median in blue")


ANALYSIS = Analysis("segment", SegmentParameters, measure, findings, draw)
