"""The evidence of a test as a drawing: a dot per pair, median, interval, bound and the claimed side."""

import math
from typing import TYPE_CHECKING, Any

from nstbench.claims.records import Finding
from nstbench.claims.sample import LOG_RATIO
from nstbench.core.number_format import number
from nstbench.report.site.vega.theme import specification
from nstbench.report.verdicts.wording import finding_in_words, is_share

if TYPE_CHECKING:
    import altair as alt

# Beyond the outermost value on either side, as a share of the range.
MARGIN = 0.06


def evidence_drawing(finding: Finding) -> str:
    """The drawing as SVG, for a place that says in words what it shows; empty where there is no sample."""
    spec = evidence_spec(finding)
    if spec is None:
        return ""
    import vl_convert

    return str(vl_convert.vegalite_to_svg(spec)).replace("<svg ", '<svg aria-hidden="true" ', 1)


def evidence_spec(finding: Finding) -> dict[str, Any] | None:
    """The drawing as Vega-Lite reads it; None where there is no sample to draw."""
    if finding.estimate is None or not finding.values:
        return None
    share, log = is_share(finding), finding.unit == LOG_RATIO

    def shown(value: float) -> float:
        """What the axis shows: a ratio instead of its logarithm."""
        return math.exp(value) if log else value

    values = [float(each.difference > 0) if share else shown(each.difference) for each in finding.values]
    summary = {"estimate": shown(finding.estimate), "title": "median"}
    if finding.interval:
        summary |= {"low": shown(finding.interval[0]), "high": shown(finding.interval[1])}
    centre, floor = finding.bound or 0.0, finding.floor or 0.0
    sides = {
        "less": (None, shown(centre - floor)),
        "greater": (shown(centre + floor), None),
        "equal": (shown(centre - floor), shown(centre + floor)),
    }
    claimed = None if share else sides.get(finding.claimed_side or "")
    bounds = [] if share else [shown(centre)]
    reached = [*values, *(v for v in summary.values() if isinstance(v, float)), *bounds]
    reached += [limit for limit in claimed or () if limit is not None]
    low, high = _room(reached, log)
    labels = (" with ".join(filter(None, (each.content, each.style))) for each in finding.values)
    dots = [
        {"value": value, "label": f"{label}: {number(value) if value else 0}"}
        for label, value in zip(labels, values, strict=True)
    ]
    band = []
    if claimed:
        start, end = claimed
        band = [{"from": low if start is None else start, "to": high if end is None else end}]
    title = "share of instances as claimed" if share else "ratio" if log else str(finding.unit)
    chart = _chart(log, low, high, title).properties(description=finding_in_words(finding))
    bound = [{"bound": bound} for bound in bounds]
    return specification(chart, dots=dots, summary=[summary], bound=bound, claimed=band)


def _room(values: list[float], log: bool) -> tuple[float, float]:
    """The ends of an axis that holds all `values` with some room."""
    low, high = min(values), max(values)
    if log:
        factor = (high / low) ** MARGIN if high > low else 1.5
        return low / factor, high * factor
    room = (high - low) * MARGIN or abs(high) or 1.0
    return low - room, high + room


def _chart(log: bool, low: float, high: float, title: str) -> "alt.LayerChart | alt.FacetChart":
    """The drawing without its data."""
    import altair as alt

    scale = alt.Scale(type="log" if log else "linear", domain=[low, high], nice=False)
    axis = alt.Axis(format="~g", tickCount=6, grid=False)
    x = alt.X("value:Q", scale=scale, title=title, axis=axis)
    band = (
        alt.Chart(alt.NamedData("claimed"))
        .mark_rect(color="var(--supported)", opacity=0.12)
        .encode(x=alt.X("from:Q", scale=scale, title=title, axis=axis), x2=alt.X2("to:Q"))
    )
    bound = (
        alt.Chart(alt.NamedData("bound"))
        .mark_rule(stroke="var(--edge)", strokeDash=[3, 3])
        .encode(x=alt.X("bound:Q"))
    )
    dots = (
        alt.Chart(alt.NamedData("dots"))
        .transform_bin("column", "value", bin=alt.Bin(extent=[low, high], step=(high - low) / 42))
        .transform_window(above="row_number()", groupby=["column"])
        .mark_circle(color="var(--series-0)", opacity=0.75, size=45)
        .encode(
            x=x,
            y=alt.Y("above:Q", axis=None, scale=alt.Scale(domain=alt.DomainUnionWith(unionWith=[-1, 6]))),
            description=alt.Description("label:N"),
        )
    )
    summary = alt.Chart(alt.NamedData("summary")).transform_calculate(ground="-0.2")
    interval = summary.mark_rule(stroke="var(--ink)", strokeWidth=2.5).encode(
        x=alt.X("low:Q"), x2=alt.X2("high:Q"), y=alt.Y("ground:Q")
    )
    median = summary.mark_point(
        shape="diamond", size=90, fill="var(--ground)", stroke="var(--ink)", strokeWidth=2, opacity=1
    ).encode(x=alt.X("estimate:Q"), y=alt.Y("ground:Q"))
    return alt.layer(band, bound, dots, interval, median).properties(width=440, height=90)
