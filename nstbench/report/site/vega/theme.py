"""How Vega's charts look: colours of the style sheet, so that one drawing fits a light and a dark page."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import altair as alt

SANS = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif'
COLOURS = [f"var(--series-{number})" for number in range(7)]
SHAPES = ["circle", "square", "diamond", "triangle-up"]
DASHES = [[1, 0], [6, 3], [2, 3], [8, 3, 2, 3]]
CONFIG: dict[str, Any] = {
    "background": "transparent",
    "font": SANS,
    "view": {"stroke": None},
    "axis": {
        "labelColor": "var(--muted)",
        "titleColor": "var(--ink)",
        "titleFontWeight": "normal",
        "labelFontSize": 12,
        "titleFontSize": 12,
        "gridColor": "var(--rule)",
        "gridOpacity": 0.6,
        "domainColor": "var(--edge)",
        "tickColor": "var(--edge)",
        "labelOverlap": True,
    },
    "legend": {
        "labelColor": "var(--ink)",
        "titleColor": "var(--ink)",
        "labelFontSize": 12,
        "labelLimit": 300,
        "columns": 2,
    },
}


def specification(
    chart: "alt.Chart | alt.LayerChart | alt.FacetChart", **datasets: Sequence[Any]
) -> dict[str, Any]:
    """What Vega-Lite reads: the chart in the style of the site, with its named data."""
    # Tests check it against Vega-Lite's schema, which takes long. So does a channel given as text, for which
    # altair searches the schemas of all its classes: here they are objects.
    return chart.to_dict(validate=False) | {"config": CONFIG, "datasets": datasets}


def cycled(values: list[Any], count: int) -> list[Any]:
    """A value for each of `count` series, the next one after all colours are used."""
    return [values[place // len(COLOURS) % len(values)] for place in range(count)]
