"""Loss curves on a page: a chart for each loss, whose axis the reader may change."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from nstbench.report.figures.curves import losses
from nstbench.report.figures.pair_results import PairResults
from nstbench.report.site.vega.theme import COLOURS, DASHES, cycled, specification

MOST_POINTS = 150


@dataclass(frozen=True)
class LossPlot:
    """One loss of the shown runs; `description` says it in words."""

    title: str
    spec: Mapping[str, Any]
    description: str


def loss_plots(pair: PairResults) -> list[LossPlot]:
    """A plot for each loss of the shown runs that has a value above 0."""
    import altair as alt

    arms = [run.planned.arm.caption for run in pair.shown.values()]
    scales: dict[str, Any] = {
        "color": alt.Color("arm:N", scale=alt.Scale(domain=arms, range=COLOURS), legend=None),
        "strokeDash": alt.StrokeDash(
            "arm:N", scale=alt.Scale(domain=arms, range=cycled(DASHES, len(arms))), legend=None
        ),
    }
    base = alt.Chart(alt.NamedData("curves")).encode(
        x=alt.X("evaluation:Q", title="evaluation", scale=alt.Scale(nice=False)),
        y=alt.Y("value:Q", title=None, scale=alt.Scale(type="log"), axis=alt.Axis(format="~g", tickCount=5)),
        tooltip=[alt.Tooltip("arm:N"), alt.Tooltip("evaluation:Q"), alt.Tooltip("value:Q", format=".3g")],
        **scales,
    )
    points = base.mark_point(filled=True, size=40).encode(
        opacity=alt.OpacityValue(0, condition={"test": "datum.alone", "value": 1}),
    )
    chart = alt.layer(base.mark_line(), points).properties(width="container", height=200)
    plots = []
    for title, measured in losses(list(pair.shown.values())).items():
        curves = [curve.dropna() for curve in measured]
        ends = [
            f"{curve.name} from {curve.iloc[0]:.3g} to {curve.iloc[-1]:.3g}" for curve in curves if len(curve)
        ]
        if ends:
            rows = [
                {"arm": str(curve.name), "evaluation": at, "value": float(f"{value:.6g}")}
                | ({"alone": True} if len(curve) == 1 else {})
                for curve in curves
                for at, value in zip(map(int, thinned(curve).index), thinned(curve), strict=True)
            ]
            spec = specification(chart, curves=rows)
            plots.append(LossPlot(title, spec, f"{title} against evaluation: {'; '.join(ends)}."))
    return plots


def thinned(curve: "pd.Series[float]") -> "pd.Series[float]":
    """At most about MOST_POINTS of its points, always with the last one."""
    every = -(-len(curve) // MOST_POINTS)
    return pd.concat([curve.iloc[:-1:every], curve.iloc[-1:]]) if len(curve) else curve
