"""The evidence of a test as a drawing: a dot per pair, median, interval, floor and the claimed side."""

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from nstbench.claims.records import Finding
from nstbench.claims.sample import LOG_RATIO
from nstbench.core.number_format import counted, number
from nstbench.report.site.svg.scale import Scale, scale_over
from nstbench.report.verdicts.wording import is_share

LEFT, RIGHT = 16, 444
PITCH = 10  # From dot to dot where several lie one above the other, as long as there is room.
ROOM = 120
GROUND = 22  # From the axis to the lowest dot.


@dataclass(frozen=True)
class Dot:
    """One pair and its text alternative."""

    left: float
    above: float
    label: str


@dataclass(frozen=True)
class Band:
    """From where to where values are as claimed."""

    left: float
    right: float


@dataclass(frozen=True)
class DotPlot:
    """The whole drawing; `above` counts upwards from the axis, `height` is the axis's own place."""

    scale: Scale
    title: str
    dots: tuple[Dot, ...]
    height: float
    median: float
    interval: tuple[float, float] | None
    bound: float | None
    band: Band | None
    description: str


def dot_plot(finding: Finding) -> DotPlot | None:
    """The drawing; None where there is no sample to draw."""
    if finding.estimate is None or not finding.values:
        return None
    values = [_value(finding, value.difference) for value in finding.values]
    estimate = _value(finding, finding.estimate, estimated=True)
    interval = tuple(_value(finding, end, estimated=True) for end in finding.interval or ())
    bound, limits = _limits(finding)
    reached = [*values, estimate, *interval, *([bound] if bound is not None else []), *limits]
    if is_share(finding):
        scale = Scale(-0.1, 1.1, LEFT, RIGHT)
        title = "does not meet (0) or meets (1) the conditions, and their share"
    else:
        scale = scale_over(reached, LEFT, RIGHT, logarithmic=finding.unit == LOG_RATIO)
        title = "ratio" if finding.unit == LOG_RATIO else str(finding.unit)
    dots = tuple(_stacked(finding, values, scale))
    band = None
    match finding.claimed_side, [scale.place(limit) for limit in limits]:
        case "less", [limit]:
            band = Band(LEFT, limit)
        case "greater", [limit]:
            band = Band(limit, RIGHT)
        case "equal", [low, high]:
            band = Band(low, high)
    return DotPlot(
        scale,
        title,
        dots,
        max(dot.above for dot in dots) + 30,
        scale.place(estimate),
        (scale.place(interval[0]), scale.place(interval[1])) if interval else None,
        None if bound is None else scale.place(bound),
        band,
        _description(finding, values, limits),
    )


def _value(finding: Finding, value: float, estimated: bool = False) -> float:
    """What the axis shows: a ratio instead of its logarithm, 1 for an instance that meets the conditions."""
    if is_share(finding):
        return value if estimated else float(value > 0)
    return math.exp(value) if finding.unit == LOG_RATIO else value


def _limits(finding: Finding) -> tuple[float | None, list[float]]:
    """What separates both sides, and where values become as claimed: one limit, or two around the bound."""
    if is_share(finding):
        return None, []
    centre, floor = finding.bound or 0.0, finding.floor or 0.0
    offsets = {"less": [-floor], "greater": [floor], "equal": [-floor, floor]}
    limits = offsets.get(finding.claimed_side or "", [])
    return _value(finding, centre), [_value(finding, centre + offset) for offset in limits]


def _stacked(finding: Finding, values: list[float], scale: Scale) -> Iterator[Dot]:
    """Dots that would cover each other stand one above the other."""
    columns = [round(scale.place(value) / PITCH) for value in values]
    pitch = min(PITCH, ROOM / max(Counter(columns).values()))
    heights: Counter[int] = Counter()
    for value, column, pair in zip(values, columns, finding.values, strict=True):
        label = f"{' with '.join(filter(None, (pair.content, pair.style)))}: {number(value) if value else 0}"
        yield Dot(scale.place(value), round(GROUND + pitch * heights[column], 1), label)
        heights[column] += 1


def _description(finding: Finding, values: list[float], limits: list[float]) -> str:
    text = f"{counted(len(values), 'dot')} from {number(min(values))} to {number(max(values))}"
    sides = {
        "less": lambda value: value <= limits[0],
        "greater": lambda value: value >= limits[0],
        "equal": lambda value: limits[0] <= value <= limits[1],
    }
    side = sides.get(finding.claimed_side or "")
    if side is None or is_share(finding):
        return f"{text}."
    return f"{text}; {sum(map(side, values))} of them on the claimed side, beyond the floor."
