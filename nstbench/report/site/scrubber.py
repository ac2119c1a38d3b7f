"""A descent to drag through: pictures on the way and where its losses were, two runs side by side."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nstbench.core.number_format import number
from nstbench.pipeline.finished import FinishedRun
from nstbench.report.figures.curves import LOSSES
from nstbench.report.figures.pair_results import PairResults
from nstbench.report.figures.tiles import Tile, result_tile
from nstbench.report.site.vega.loss_curves import thinned
from nstbench.report.site.vega.theme import COLOURS, specification


@dataclass(frozen=True)
class Frame:
    """A picture on the way, the evaluation after which it was kept, and the losses there in words."""

    tile: Tile
    evaluation: int
    losses: str


@dataclass(frozen=True)
class Scrubber:
    """The frames of each run by the caption of its arm; `spec` draws content against style loss."""

    frames: Mapping[str, list[Frame]]
    spec: Mapping[str, Any]

    @property
    def last(self) -> int:
        """The last evaluation of which there is a picture."""
        return max(frames[-1].evaluation for frames in self.frames.values())


def make_scrubber(pair: PairResults) -> Scrubber | None:
    """For the shown runs of a pair that kept pictures on the way; None where there are none."""
    import altair as alt

    runs = [run for run in pair.shown.values() if run.planned.run.snapshots_at]
    if not runs:
        return None
    paths = []
    for run in runs:
        table = run.trace.set_index("evaluation")
        both = {name: table.filter(regex=LOSSES[f"{name} loss"]).sum(axis=1) for name in ("content", "style")}
        content, style = thinned(both["content"]), thinned(both["style"])
        # A loss of 0, as that of the content at a start from it, is drawn at the end of its axis.
        least = [
            min((value for value in losses if value > 0), default=1.0) / 2 for losses in (content, style)
        ]
        paths += [
            {
                "arm": run.planned.arm.caption,
                "evaluation": at,
                "content": left if left > 0 else least[0],
                "style": up if up > 0 else least[1],
            }
            for at, left, up in zip(map(int, content.index), content, style, strict=True)
        ]
    arms = [run.planned.arm.caption for run in runs]
    colour = alt.Color("arm:N", scale=alt.Scale(domain=arms, range=COLOURS), legend=None)
    log = alt.Scale(type="log", nice=False)
    base = alt.Chart(alt.NamedData("paths")).encode(
        x=alt.X("content:Q", scale=log, title="content loss", axis=alt.Axis(format="~g", tickCount=5)),
        y=alt.Y("style:Q", scale=log, title="style loss", axis=alt.Axis(format="~g", tickCount=5)),
        color=colour,
    )
    shown = "datum.arm == left || datum.arm == right"
    here = (
        base.transform_filter(f"({shown}) && datum.evaluation <= at")
        .transform_window(
            latest="rank()", sort=[alt.SortField("evaluation", order="descending")], groupby=["arm"]
        )
        .transform_filter("datum.latest == 1")
        .mark_point(filled=True, size=140, stroke="var(--ink)", opacity=1)
    )
    line = base.transform_filter(shown).mark_line(strokeWidth=1.2, opacity=0.7)
    line = line.encode(order=alt.Order("evaluation:Q"))
    chart = alt.layer(line, here).properties(width="container", height=260)
    chart = chart.add_params(
        alt.param(name="at", value=10**9),
        alt.param(name="left", value=arms[0]),
        alt.param(name="right", value=arms[-1]),
    )
    return Scrubber(
        {run.planned.arm.caption: _frames(run) for run in runs}, specification(chart, paths=paths)
    )


def _frames(run: FinishedRun) -> list[Frame]:
    trace = run.trace.set_index("evaluation")["total"]
    evaluations = run.planned.run.snapshots_at
    return [
        Frame(result_tile(run, place), at, f"loss {number(trace[:at].iloc[-1])}")
        for place, at in enumerate(evaluations, 1)
    ]
