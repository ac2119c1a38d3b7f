"""Which test and which correction: false positives and power of each, in simulated families of claims.

`python -m nstbench.claims.simulation` prints the tables of docs/interpreting.md, in half a minute.

The log ratio of a pair is an effect, plus what its content, its style and the pair itself add, all normal
with mean 0. `shared` is the part of the variance that contents and styles have, one half each: where it is
large, pairs that share one are alike, and 24 pairs are far from 24 observations. A family is the claims of
one document. Everything is in arrays (claims, contents, styles), so that thousands of families take seconds;
tests/unit/claims/test_simulation.py compares the rule in here with the one that judges.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from nstbench.claims.rules.directional import CONFIDENCE
from nstbench.claims.rules.scale import USUAL_FACTOR
from nstbench.claims.significance import LEVEL

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]

CLAIMS = 20
EFFECT = float(np.log(1.2))
# Of a pair's log ratio: of such come the intervals of docs/verdicts.md whose medians are below a factor 1.5.
SPREAD = 0.15
# Of the bootstrap, far fewer than verdicts are drawn with.
DRAWS = 400


@dataclass(frozen=True)
class Design:
    """How many contents and styles, the standard deviation of a pair, and how much of it pairs share."""

    contents: int = 6
    styles: int = 4
    spread: float = SPREAD
    shared: float = 0.5

    def draw(self, random: np.random.Generator, claims: int, effect: float = 0.0) -> Numbers:
        """Log ratios, (claims, contents, styles)."""
        part, own = self.spread * np.sqrt(self.shared / 2), self.spread * np.sqrt(1 - self.shared)
        return np.asarray(
            effect
            + random.normal(0, part, (claims, self.contents, 1))
            + random.normal(0, part, (claims, 1, self.styles))
            + random.normal(0, own, (claims, self.contents, self.styles))
        )


# ---- tests: two-sided p of each claim ----


def sign(d: Numbers) -> Numbers:
    """The exact sign test."""
    pairs = d.reshape(len(d), -1)
    above = (pairs > 0).sum(1)
    fewer = np.minimum(above, pairs.shape[1] - above)
    p: Numbers = np.minimum(1.0, 2 * stats.binom.cdf(fewer, pairs.shape[1], 0.5))
    return p


def signed_rank(d: Numbers) -> Numbers:
    """Wilcoxon's signed-rank test, exact."""
    pairs = d.reshape(len(d), -1)
    count = pairs.shape[1]
    ranks = np.abs(pairs).argsort(1).argsort(1) + 1
    total = count * (count + 1) // 2
    chances = np.ones(1)
    for rank in range(1, count + 1):
        chances = (np.pad(chances, (0, rank)) + np.pad(chances, (rank, 0))) / 2
    above = (ranks * (pairs > 0)).sum(1)
    p: Numbers = np.minimum(1.0, 2 * chances.cumsum()[np.minimum(above, total - above)])
    return p


def t_of_pairs(d: Numbers) -> Numbers:
    """The t test, as if no two pairs had anything in common."""
    return np.asarray(stats.ttest_1samp(d.reshape(len(d), -1), 0, axis=1).pvalue)


def t_of_contents(d: Numbers) -> Numbers:
    """The t test on the means of contents, as if styles were all there are."""
    return np.asarray(stats.ttest_1samp(d.mean(2), 0, axis=1).pvalue)


def sign_flips(d: Numbers) -> Numbers:
    """Permutation of the mean: the signs of whole contents and whole styles are flipped, all ways."""
    flips = np.array(np.meshgrid(*[[1, -1]] * (d.shape[1] + d.shape[2] - 1))).reshape(
        d.shape[1] + d.shape[2] - 1, -1
    )
    contents, styles = flips[: d.shape[1]], np.vstack([flips[d.shape[1] :], np.ones((1, flips.shape[1]))])
    flipped = np.abs(np.einsum("cg,ncs,sg->ng", contents, d, styles))
    return np.asarray((flipped >= np.abs(d.sum((1, 2)))[:, None] - 1e-12).mean(1))


def pigeonhole(d: Numbers) -> Numbers:
    """Twice the share of bootstrap medians on the other side of 0."""
    medians = bootstrap_medians(d)
    p: Numbers = np.minimum(1.0, 2 * np.minimum((medians <= 0).mean(1), (medians >= 0).mean(1)))
    return p


def quasi_f(d: Numbers) -> Numbers:
    """The mean against the mean squares of contents and styles less that of pairs, or the larger of both."""
    between, among, within = _mean_squares(d)
    variance = np.maximum(between + among - within, np.maximum(between, among))
    return _t(d, variance, _freedom(d, between, among))


def min_f(d: Numbers) -> Numbers:
    """The mean against the sum of the mean squares of contents and of styles (Clark 1973)."""
    between, among, _ = _mean_squares(d)
    return _t(d, between + among, _freedom(d, between, among))


def min_f_and_sign(d: Numbers) -> Numbers:
    """The larger p of min F' and of the sign test."""
    return np.maximum(min_f(d), sign(d))


def _mean_squares(d: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """Of contents, of styles, and of what is left of a pair."""
    _, contents, styles = d.shape
    rows, columns = (d.mean(axis, keepdims=True) for axis in (2, 1))
    mean = d.mean((1, 2), keepdims=True)
    return (
        styles * ((rows - mean) ** 2).sum((1, 2)) / (contents - 1),
        contents * ((columns - mean) ** 2).sum((1, 2)) / (styles - 1),
        ((d - rows - columns + mean) ** 2).sum((1, 2)) / ((contents - 1) * (styles - 1)),
    )


def _freedom(d: Numbers, between: Numbers, among: Numbers) -> Numbers:
    _, contents, styles = d.shape
    freedom: Numbers = (between + among) ** 2 / (between**2 / (contents - 1) + among**2 / (styles - 1))
    return freedom


def _t(d: Numbers, variance: Numbers, freedom: Numbers) -> Numbers:
    error = np.sqrt(variance / (d.shape[1] * d.shape[2]))
    return np.asarray(2 * stats.t.sf(np.abs(d.mean((1, 2))) / error, freedom))


Test = Callable[[Numbers], Numbers]
TESTS: Mapping[str, Test] = {
    "sign test": sign,
    "signed rank": signed_rank,
    "t of pairs": t_of_pairs,
    "t of content means": t_of_contents,
    "sign flips of contents and styles": sign_flips,
    "pigeonhole bootstrap": pigeonhole,
    "quasi F": quasi_f,
    "min F'": min_f,
    "min F' and sign test": min_f_and_sign,
}


# ---- corrections: p of each claim in families (families, claims) ----


def uncorrected(ps: Numbers) -> Numbers:
    """As they are."""
    return ps


def holm(ps: Numbers) -> Numbers:
    """Step-down (Holm 1979): any false positive of a family is as rare as the level."""
    return _stepwise(ps, lambda scaled: np.maximum.accumulate(scaled, 1), lambda rank, n: n - rank)


def hochberg(ps: Numbers) -> Numbers:
    """Step-up (Hochberg 1988), by the same factors."""
    return _stepwise(ps, _least_from_above, lambda rank, n: n - rank)


def benjamini_hochberg(ps: Numbers) -> Numbers:
    """Step-up (1995): of what is found, no larger share is false on average."""
    return _stepwise(ps, _least_from_above, lambda rank, n: n / (rank + 1))


def _least_from_above(scaled: Numbers) -> Numbers:
    return np.minimum.accumulate(scaled[:, ::-1], 1)[:, ::-1]


def _stepwise(
    ps: Numbers, step: Callable[[Numbers], Numbers], factor: Callable[[Numbers, int], Numbers]
) -> Numbers:
    order = ps.argsort(1)
    scaled = np.take_along_axis(ps, order, 1) * factor(np.arange(ps.shape[1], dtype=float), ps.shape[1])
    corrected = np.empty_like(ps)
    np.put_along_axis(corrected, order, np.minimum(1.0, step(scaled)), 1)
    return corrected


CORRECTIONS: Mapping[str, Callable[[Numbers], Numbers]] = {
    "none": uncorrected,
    "Holm": holm,
    "Hochberg": hochberg,
    "Benjamini and Hochberg": benjamini_hochberg,
}
# What nstbench/claims/significance.py does.
THE_TEST, THE_CORRECTION = "min F' and sign test", "Benjamini and Hochberg"


# ---- the rule `directional` as a whole ----


def bootstrap_medians(d: Numbers) -> Numbers:
    """Medians of pigeonhole resamples, (claims, DRAWS)."""
    claims, contents, styles = d.shape
    random = np.random.default_rng(0)
    drawn = [random.multinomial(n, np.full(n, 1 / n), DRAWS) for n in (contents, styles)]
    counts = (drawn[0][:, :, None] * drawn[1][:, None, :]).reshape(DRAWS, -1)
    pairs, medians = d.reshape(claims, -1), np.empty((claims, DRAWS))
    orders = pairs.argsort(1)
    for place, (order, own) in enumerate(zip(orders, np.take_along_axis(pairs, orders, 1), strict=True)):
        reached = counts[:, order].cumsum(1)
        half = reached[:, -1:]
        lower, upper = ((reached > rank).argmax(1) for rank in ((half - 1) // 2, half // 2))
        medians[place] = (own[lower] + own[upper]) / 2
    return medians


def decided(d: Numbers, corrected: Numbers) -> Numbers:
    """1 where the rule finds a claim above 0, -1 below, 0 where it finds nothing."""
    medians = np.median(d.reshape(len(d), -1), axis=1)
    large = (corrected < LEVEL) & (np.abs(medians) >= np.log(USUAL_FACTOR))
    found: Numbers = np.where(large, np.sign(medians), 0.0)
    places = np.flatnonzero(found)
    if len(places):
        tail = 50 * (1 - CONFIDENCE)
        low, high = np.percentile(bootstrap_medians(d[places]), (tail, 100 - tail), axis=1)
        found[places] *= np.where(found[places] > 0, low > 0, high < 0)
    return found


@dataclass(frozen=True)
class Rates:
    """Of families, how many have a verdict on a claim without effect; of claims with one, how many are found.

    `false_share` is the mean share, of what a family finds, that has no effect.
    """

    false_families: float
    power: float
    false_share: float


def rates(
    design: Design,
    families: int,
    test: str = THE_TEST,
    correction: str = THE_CORRECTION,
    effects: int = 0,
    effect: float = EFFECT,
    claims: int = CLAIMS,
    alike: float = 0.0,
) -> Rates:
    """Of families in which `effects` of the claims have the effect, and the others none.

    `alike` is the part of the variance that all claims of a family have in common, up to their sign, as
    claims about the same arms do.
    """
    random = np.random.default_rng(0)
    d = design.draw(random, families * claims)
    if alike:
        common = np.repeat(design.draw(random, families), claims, axis=0)
        signs = random.choice([-1, 1], (len(d), 1, 1))
        d = np.sqrt(alike) * signs * common + np.sqrt(1 - alike) * d
    real = np.tile(np.arange(claims) < effects, families)
    d[real] += effect
    corrected = CORRECTIONS[correction](TESTS[test](d).reshape(families, claims)).ravel()
    found = decided(d, corrected)
    wrong, right = ((found != 0) & ~real).reshape(families, claims), (found > 0) & real
    shares = wrong.sum(1) / np.maximum(1, wrong.sum(1) + right.reshape(families, claims).sum(1))
    power = float(right.sum() / real.sum()) if effects else 0.0
    return Rates(float(wrong.any(1).mean()), power, float(shares.mean()))


# ---- the tables of docs/interpreting.md ----

SHARED = (0.0, 0.25, 0.5, 0.9)
FAMILIES = 1000


def lines() -> Iterator[str]:
    """The lines of the tables."""
    yield f"| test | correction | {' | '.join(f'{shared:.0%} shared' for shared in SHARED)} |"
    yield f"|---|---|{'---|' * len(SHARED)}"
    for test, correction in (
        *((test, THE_CORRECTION) for test in TESTS),
        *((THE_TEST, correction) for correction in CORRECTIONS if correction != THE_CORRECTION),
    ):
        cells = []
        for shared in SHARED:
            design = Design(shared=shared)
            null = rates(design, FAMILIES, test, correction)
            cells.append(
                f"{null.false_families:.1%}, "
                + ", ".join(
                    f"{rates(design, FAMILIES // 5, test, correction, effects).power:.0%}"
                    for effects in (CLAIMS, CLAIMS // 2, 1)
                )
            )
        yield f"| {test} | {correction} | {' | '.join(cells)} |"
    yield ""
    yield "| contents x styles | spread | shared | false families | power, all | half | false share, half |"
    yield "|---|---|---|---|---|---|---|"
    for contents, styles in ((4, 3), (6, 4), (9, 6)):
        for spread in (0.1, 0.15, 0.3):
            for shared in (0.0, 0.25, 0.5):
                design = Design(contents, styles, spread, shared)
                null = rates(design, FAMILIES)
                every, half = (
                    rates(design, FAMILIES // 5, effects=effects) for effects in (CLAIMS, CLAIMS // 2)
                )
                yield (
                    f"| {contents} x {styles} | {spread:g} | {shared:.0%} | {null.false_families:.1%} "
                    f"| {every.power:.0%} | {half.power:.0%} | {half.false_share:.1%} |"
                )

    yield ""
    yield f"| claims alike | {' | '.join(f'{shared:.0%} shared' for shared in SHARED)} |"
    yield f"|---|{'---|' * len(SHARED)}"
    for alike in (0.5, 0.9):
        cells = [
            f"{rates(Design(shared=shared), FAMILIES, alike=alike).false_families:.1%}" for shared in SHARED
        ]
        yield f"| {alike:.0%} | {' | '.join(cells)} |"


def main() -> None:
    """Print the tables."""
    for line in lines():
        print(line, flush=True)


if __name__ == "__main__":
    main()
