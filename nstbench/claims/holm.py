"""Holm's step-down correction of several tests (Holm 1979)."""

from collections.abc import Sequence


def holm(ps: Sequence[float]) -> list[float]:
    """Corrected p, in the same order; rejecting those below a level keeps any false rejection below it."""
    order = sorted(range(len(ps)), key=lambda place: ps[place])
    corrected, largest = [0.0] * len(ps), 0.0
    for rank, place in enumerate(order):
        largest = max(largest, min(1.0, (len(ps) - rank) * ps[place]))
        corrected[place] = largest
    return corrected
