"""Content and style distances of arms, as several statistics read them."""

from collections.abc import Iterable, Sequence

from nstbench.claims.evidence import Evidence
from nstbench.claims.sample import Series

# Content and style distance of a picture.
Point = tuple[float, float]


def distances(
    evidence: Evidence, experiment: str, arms: Iterable[str], metrics: Sequence[str]
) -> list[Series[float]]:
    """Content and style distance of each arm in turns."""
    return [evidence.metric(experiment, arm, metric) for arm in arms for metric in metrics]


def references(evidence: Evidence, experiment: str, arm: str, metrics: Sequence[str]) -> list[Series[float]]:
    """The content distance of the style handed back, and the style distance of the content handed back."""
    content, style = metrics
    return [
        evidence.control(experiment, arm, "style copied", content),
        evidence.control(experiment, arm, "content copied", style),
    ]


def points(values: Sequence[float]) -> list[Point]:
    """C and S in turns, two by two."""
    return list(zip(values[::2], values[1::2], strict=True))
