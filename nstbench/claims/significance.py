"""The exact two-sided sign test, how many pairs it needs, and the correction of several tests."""

import math
from collections.abc import Sequence

LEVEL = 0.05


def sign_test(differences: Sequence[float]) -> float:
    """The probability of a split as uneven as that of the signs when both are equally likely.

    Differences of 0 are left out (Dixon and Mood 1946); 1 when nothing else is there.
    """
    above = sum(difference > 0 for difference in differences)
    below = sum(difference < 0 for difference in differences)
    count, fewer = above + below, min(above, below)
    tail = sum(math.comb(count, number) for number in range(fewer + 1))
    # A quotient of integers: 2.0**count is too large where there are thousands of channels.
    p: float = 2 * tail / (1 << count)
    return min(1.0, p)


def pairs_needed(tests: int = 1) -> int:
    """The least number of pairs that, all on one side, stay below LEVEL when p is multiplied by `tests`."""
    return next(count for count in range(1, 1000) if tests * 2 / 2**count < LEVEL)


def holm(ps: Sequence[float]) -> list[float]:
    """P values corrected by Holm's step-down procedure (Holm 1979), in the same order.

    Rejecting those below a level keeps the probability of any false rejection below it.
    """
    order = sorted(range(len(ps)), key=lambda place: ps[place])
    corrected, largest = [0.0] * len(ps), 0.0
    for rank, place in enumerate(order):
        largest = max(largest, min(1.0, (len(ps) - rank) * ps[place]))
        corrected[place] = largest
    return corrected
