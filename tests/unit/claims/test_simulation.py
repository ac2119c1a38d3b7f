"""False positives and power of the rule, and of those that it was chosen from, in simulated families."""

import math

import numpy as np
import pytest
from scipy import stats

from nstbench.claims import simulation
from nstbench.claims.claim import ClaimTest
from nstbench.claims.power import Grid, pairs_to_differ, pairs_to_equal, spread_of
from nstbench.claims.records import Verdict
from nstbench.claims.rules import RULES
from nstbench.claims.rules.base import Correction
from nstbench.claims.sample import LOG_RATIO, Sample, Value
from nstbench.claims.significance import benjamini_hochberg as corrected
from nstbench.claims.significance import p_value, sign_test
from nstbench.claims.simulation import CORRECTIONS, TESTS, Design, benjamini_hochberg, holm, rates

UNIT = ClaimTest(statistic="paired", says="a is above b", side="greater")


def sample_of(d):
    values = [
        Value(f"c{row}", f"s{column}", 1.0, 1.0, float(each)) for (row, column), each in np.ndenumerate(d)
    ]
    return Sample(LOG_RATIO, tuple(values))


@pytest.fixture
def drawn():
    return Design(spread=0.2, shared=0.5).draw(np.random.default_rng(3), 12, 0.12)


# ---- the vectorised rule is the one that judges ----


def test_the_tests_in_here_are_those_of_scipy_and_of_the_rule(drawn):
    for name, expected in {
        "sign test": lambda d: sign_test(d.ravel().tolist()),
        "signed rank": lambda d: stats.wilcoxon(d.ravel(), method="exact").pvalue,
        "t of pairs": lambda d: stats.ttest_1samp(d.ravel(), 0).pvalue,
        "t of content means": lambda d: stats.ttest_1samp(d.mean(1), 0).pvalue,
        simulation.THE_TEST: lambda d: p_value(sample_of(d).values, d.ravel().tolist()),
    }.items():
        assert TESTS[name](drawn) == pytest.approx([expected(d) for d in drawn]), name


def test_corrections_are_those_of_the_rule_and_by_hand():
    ps = np.random.default_rng(0).beta(0.3, 2, (10, 20))
    assert benjamini_hochberg(ps) == pytest.approx(np.array([corrected(own.tolist()) for own in ps]))
    assert holm(np.array([[0.01, 0.04, 0.03, 0.005]])) == pytest.approx(np.array([[0.03, 0.06, 0.06, 0.02]]))
    stepped_up = CORRECTIONS["Hochberg"](np.array([[0.01, 0.04, 0.03, 0.005]]))
    assert stepped_up == pytest.approx(np.array([[0.03, 0.04, 0.04, 0.02]]))


def test_what_is_decided_in_here_is_what_the_rule_decides(drawn):
    """Intervals are drawn anew, so one that ends near 0 may differ."""
    p = TESTS[simulation.THE_TEST](drawn)
    verdicts = {Verdict.SUPPORTED: 1, Verdict.CONTRADICTED: -1, Verdict.INCONCLUSIVE: 0}
    found = []
    for d, own in zip(drawn, p, strict=True):
        measured = RULES["directional"].measure(UNIT, sample_of(d))
        found.append(verdicts[RULES["directional"].judge(UNIT, sample_of(d), measured, Correction(own))[0]])
    assert 0 < sum(found) < len(found)
    assert (simulation.decided(drawn, p) != found).sum() <= 1


# ---- what it finds ----


@pytest.mark.parametrize("shared", [0.0, 0.5, 0.9])
def test_families_without_effects_have_a_verdict_in_at_most_one_of_twenty(shared):
    """200 families of 20; the standard error of 5 % is 1.5 %."""
    assert rates(Design(shared=shared), 200).false_families <= 0.05


def test_claims_that_are_alike_are_not_wrong_more_often():
    assert rates(Design(shared=0.5), 200, alike=0.9).false_families <= 0.05


def test_an_effect_of_a_fifth_is_found_four_times_in_five():
    """At the spread of most comparisons, a quarter of it shared, where the other claims hold too."""
    assert rates(Design(shared=0.25), 60, effects=20).power >= 0.78
    half = rates(Design(shared=0.25), 100, effects=10)
    assert half.false_share <= 0.05


def test_tests_that_take_pairs_for_independent_are_wrong_far_too_often():
    design = Design(shared=0.5)
    for test in ("sign test", "signed rank", "t of pairs"):
        assert rates(design, 60, test).false_families > 0.15, test
    assert rates(design, 60, correction="none").false_families > 0.15


def test_the_tables_have_a_row_for_each_candidate(monkeypatch):
    monkeypatch.setattr(simulation, "FAMILIES", 5)
    monkeypatch.setattr(simulation, "DRAWS", 20)
    first, second, third = "\n".join(simulation.lines()).split("\n\n")
    assert len(first.splitlines()) == 2 + len(TESTS) + len(CORRECTIONS) - 1
    assert len(second.splitlines()) == 2 + 27
    assert len(third.splitlines()) == 2 + 2
    assert all(len({line.count("|") for line in each.splitlines()}) == 1 for each in (first, second, third))


# ---- how many pairs it would take ----


def test_variances_come_from_mean_squares():
    d = Design(6, 4, 1.0, 0.6).draw(np.random.default_rng(5), 1)[0]
    between, among, within = (float(each[0]) for each in simulation._mean_squares(d[None]))
    spread = spread_of(sample_of(d).values)
    assert spread.grid.sides == (6, 4)
    assert spread.own == pytest.approx(within)
    assert spread.shared == pytest.approx(((between - within) / 4, (among - within) / 6))


def test_pairs_that_share_nothing_have_one_variance():
    d = np.random.default_rng(6).normal(size=(9, 1))
    spread = spread_of(sample_of(d).values)
    assert (spread.grid, spread.shared) == (Grid((9,)), (0.0,))
    assert spread.own == pytest.approx(d.var(ddof=1))


@pytest.mark.parametrize(("effect", "shared"), [(0.25, 0.0), (0.25, 0.3), (0.2, 0.5)])
def test_on_as_many_pairs_as_it_says_the_rule_finds_the_effect_four_times_in_five(effect, shared):
    """The spread is known here; `level` is that of one claim among eight."""
    level, spread = 0.05 / 8, 0.2
    known = spread_of(sample_of(Design(spread=spread).draw(np.random.default_rng(0), 1)[0]).values)
    part = spread**2 * shared / 2
    known = type(known)(Grid((6, 4)), (part, part), spread**2 * (1 - shared))
    grid = pairs_to_differ(known, effect, math.log(1.1), level)
    assert grid is not None and grid.pairs > 24
    d = Design(*grid.sides, spread, shared).draw(np.random.default_rng(1), 300, effect)
    p = TESTS[simulation.THE_TEST](d)
    assert 0.7 <= (simulation.decided(d, p * 0.05 / level) > 0).mean() <= 0.92


def test_what_no_number_of_pairs_would_tell():
    spread = spread_of(sample_of(Design().draw(np.random.default_rng(0), 1)[0]).values)
    assert pairs_to_differ(spread, 0.09, math.log(1.1), 0.05) is None
    assert pairs_to_differ(spread, 0.0954, math.log(1.1), 0.05) is None
    assert pairs_to_equal(spread, 0.1, 0.1) is None


@pytest.mark.parametrize("effect", [0.02, 0.25])
def test_equality_and_its_contrary_take_as_many_pairs_as_it_says(effect):
    """As many that the interval lies on one side of the margin of 0.1 about four times in five."""
    design = Design(spread=0.25, shared=0.2)
    part = 0.25**2 * 0.1
    spread = type(spread_of(sample_of(np.eye(3)).values))(Grid((6, 4)), (part, part), 0.25**2 * 0.8)
    grid = pairs_to_equal(spread, effect, 0.1)
    assert grid is not None
    d = Design(*grid.sides, design.spread, design.shared).draw(np.random.default_rng(2), 200, effect)
    tail = 5 if effect < 0.1 else 2.5
    low, high = np.percentile(simulation.bootstrap_medians(d), (tail, 100 - tail), axis=1)
    decided = (low >= -0.1) & (high <= 0.1) if effect < 0.1 else low > 0.1
    assert 0.68 <= decided.mean() <= 0.93
