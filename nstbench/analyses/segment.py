"""The loss on the straight line between two results: is there a barrier?

Between two minima of a convex function the loss never exceeds the higher end. Source of the question:
Nikulin and Novak 2016, section 4, who find that the start decides where the descent ends.
"""

import itertools
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from pydantic import Field

from nstbench.analyses.base import Analysis, Materials, by_pair
from nstbench.documents import Record

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from nstbench.experiments.finished import FinishedRun


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

    from nstbench.descent import open_backbone
    from nstbench.methods.gatys2015 import terms_of
    from nstbench.objective import Objective

    content, style = pair
    task = materials.task(runs[0].planned.run)
    backbone = open_backbone(task)
    objective = Objective(backbone, terms_of(task, backbone))
    images = {run.planned.arm.caption: materials.picture(run.folder.image) for run in runs}
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
    from nstbench.reporting.chart_style import lines

    pairs = list(table.groupby(["content", "style"], sort=False))
    for axes, ((content, style), rows) in zip(_axes(figure, len(pairs)), pairs, strict=True):
        curves = {
            f"{start} to {end}": segment.set_index("place")["loss"]
            for (start, end), segment in rows.groupby(["start", "end"], sort=False)
        }
        lines(axes, curves)
        axes.set_yscale("log")
        axes.set(title=f"{content}, {style}", xlabel="place on the straight line", ylabel="loss")
        axes.legend(frameon=False)


def _axes(figure: "Figure", count: int) -> Iterable[Any]:
    return figure.subplots(1, count, squeeze=False)[0]  # type: ignore[no-any-return]


ANALYSIS = Analysis("segment", SegmentParameters, measure, findings, draw)
