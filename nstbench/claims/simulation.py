"""How often the rule `directional` finds something where there is nothing to find.

`python -m nstbench.claims.simulation` prints the table that is in docs/interpreting.md.

Differences of pairs are sums of an effect of the content, one of the style and one of the pair, all normal
with mean 0, so nothing is there to be found; `shared` is the part of the variance that contents and styles
have, one half each. Every pair of contents and styles is there.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from nstbench.claims.claim import ClaimTest
from nstbench.claims.records import Verdict
from nstbench.claims.rules.base import Correction
from nstbench.claims.rules.directional import judge, measure
from nstbench.claims.sample import LOG_RATIO, Sample, Value
from nstbench.claims.significance import LEVEL, sign_test

# Standard deviation of a pair's log ratio, about what one pair differs from another in the score tables.
SPREAD = 0.3
# As many as one document has that give a p value.
TESTS = 37
TEST = ClaimTest(statistic="paired", says="nothing is there", side="less")


@dataclass(frozen=True)
class Design:
    """How many contents and styles, and how alike pairs are that share one."""

    contents: int
    styles: int
    shared: float


DESIGNS = tuple(
    Design(contents, styles, shared) for contents, styles in ((4, 3), (6, 4)) for shared in (0.0, 0.5, 0.9)
)


@dataclass(frozen=True)
class Rates:
    """Shares of simulated tests: a sign test below LEVEL, a verdict, and a verdict that is `supported`."""

    sign_test: float
    verdict: float
    supported: float


def rates(design: Design, times: int, tests: int = 1, effect: float = 0.0, seed: int = 0) -> Rates:
    """Of `times` samples with the median log ratio `effect`, each one of `tests` of its document."""
    random = np.random.default_rng(seed)
    significant = judged = supported = 0
    for sample in (_sample(design, random, effect) for _ in range(times)):
        p = sign_test(sample.differences)
        significant += p < LEVEL
        # Bonferroni's correction is Holm's for the smallest p, and no verdict falls without it.
        if tests * p < LEVEL:
            verdict, _ = judge(TEST, sample, measure(TEST, sample), Correction(tests * p, tests))
            judged += verdict is not Verdict.INCONCLUSIVE
            supported += verdict is Verdict.SUPPORTED
    return Rates(significant / times, judged / times, supported / times)


def _sample(design: Design, random: np.random.Generator, effect: float) -> Sample:
    part = SPREAD * np.sqrt(design.shared / 2)
    contents = random.normal(0, part, (design.contents, 1))
    styles = random.normal(0, part, (1, design.styles))
    own = random.normal(0, SPREAD * np.sqrt(1 - design.shared), (design.contents, design.styles))
    differences = effect + contents + styles + own
    return Sample(
        LOG_RATIO,
        tuple(
            Value(f"content {content}", f"style {style}", 1.0, 1.0, float(difference))
            for (content, style), difference in np.ndenumerate(differences)
        ),
    )


def table(times: int) -> Iterator[str]:
    """The false positives of every design as lines of a Markdown table."""
    among_tests = f"verdict, one of {TESTS} tests"
    yield f"| contents x styles | shared variance | sign test alone | verdict | {among_tests} |"
    yield "|---|---|---|---|---|"
    for design in DESIGNS:
        alone, among = rates(design, times), rates(design, times, tests=TESTS)
        yield (
            f"| {design.contents} x {design.styles} | {design.shared:.0%} | {alone.sign_test:.1%} "
            f"| {alone.verdict:.1%} | {among.verdict:.2%} |"
        )


def main() -> None:
    """Print the table."""
    for line in table(2000):
        print(line)


if __name__ == "__main__":
    main()
