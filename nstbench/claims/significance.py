"""The p of a test and its correction for the number of a document's claims.

Which test and which correction: chosen by what they find in simulated differences, `simulation.py`.
"""

import math
from collections.abc import Sequence

from nstbench.claims.sample import Value

LEVEL = 0.05
# So few pairs, all on one side, have a p below LEVEL by the sign test.
LEAST_PAIRS = 6


def p_value(values: Sequence[Value], differences: Sequence[float]) -> float:
    """The larger p of the sign test and of min F': most pairs differ, whatever the content and the style.

    `differences` are those of `values`, less the bound that they are tested against.
    """
    return max(sign_test(differences), min_f(values, differences))


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


def min_f(values: Sequence[Value], differences: Sequence[float]) -> float:
    """The two-sided p of min F' (Clark 1973): a mean against how contents differ, and how styles do.

    With e a difference less the mean of all N, and g groups (contents, or styles),

        V = g / (g - 1) * sum over groups of (sum of e)^2 / N^2,   t^2 = mean^2 / (V_contents + V_styles),

    of (V_contents + V_styles)^2 / (V_contents^2 / (g_contents - 1) + V_styles^2 / (g_styles - 1)) degrees of
    freedom. For complete grids that is min F'; otherwise it is the error clustered both ways of Cameron,
    Gelbach and Miller 2011, without taking off what is counted twice. 1 when there is one pair.
    """
    from scipy.special import stdtr

    count = len(differences)
    if count < 2:
        return 1.0
    mean = math.fsum(differences) / count
    parts = [(variance_of_mean(groups, differences), len(set(groups)) - 1) for groups in groupings(values)]
    variance = sum(part for part, _ in parts)
    if variance == 0:
        return 0.0 if mean else 1.0
    freedom = variance**2 / sum(part**2 / own for part, own in parts)
    return float(2 * stdtr(freedom, -abs(mean) / math.sqrt(variance)))


def groupings(values: Sequence[Value]) -> "list[list[str]]":
    """What pairs have in common: the content and the style of each, or, where neither is shared, themselves.

    One content for all, or another one for every pair, groups nothing.
    """
    count = len(values)
    found = [[value.content for value in values], [value.style for value in values]]
    return [names for names in found if 1 < len(set(names)) < count] or [list(map(str, range(count)))]


def variance_of_mean(groups: Sequence[str], differences: Sequence[float]) -> float:
    """The variance of the mean when differences of a group go together, two groups or more."""
    count, mean = len(differences), math.fsum(differences) / len(differences)
    sums = dict.fromkeys(groups, 0.0)
    for group, difference in zip(groups, differences, strict=True):
        sums[group] += difference - mean
    return len(sums) / (len(sums) - 1) * sum(each**2 for each in sums.values()) / count**2


def benjamini_hochberg(ps: Sequence[float]) -> list[float]:
    """P values corrected by the step-up procedure of Benjamini and Hochberg 1995, in the same order.

    Of those that are rejected below a level, no larger share is false on average; and where all of them are,
    the probability that any is rejected is no larger.
    """
    order = sorted(range(len(ps)), key=lambda place: -ps[place])
    corrected, least = [0.0] * len(ps), 1.0
    for rank, place in enumerate(order):
        least = min(least, ps[place] * len(ps) / (len(ps) - rank))
        corrected[place] = least
    return corrected


def corrected(p: float, others: Sequence[float]) -> float:
    """One p among the `others` of its document."""
    return benjamini_hochberg([p, *others])[0]


def level_among(others: Sequence[float]) -> float:
    """What a p must stay below so that, corrected among the `others`, it stays below LEVEL."""
    count, ordered = len(others) + 1, sorted(others)
    levels = (LEVEL * rank / count for rank in range(count, 0, -1))
    return next(
        level
        for rank, level in zip(range(count, 0, -1), levels, strict=True)
        if rank == 1 or ordered[rank - 2] < level
    )


def p_of_claim(parts: Sequence[tuple[float, bool]]) -> float:
    """The p of a claim that holds if all of its parts do, from the p of each and whether it is as claimed.

    Its support takes all parts, so the largest counts (intersection-union, Berger 1982); its contradiction
    takes one, so the least on the other side counts, times the number of parts. The less of both is it.
    """
    supports = max((p if as_claimed else 1.0 for p, as_claimed in parts), default=1.0)
    contradicts = len(parts) * min((p for p, as_claimed in parts if not as_claimed), default=1.0)
    return min(supports, contradicts, 1.0)
