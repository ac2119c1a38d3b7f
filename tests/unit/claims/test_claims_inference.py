"""What is concluded from a sample: intervals, tests, corrections and the rules of verdicts."""

import itertools
import math

import numpy as np
import pytest
from scipy import stats

from nstbench.claims.claim import ClaimTest
from nstbench.claims.pigeonhole import bootstrap_medians, interval, weighted_medians
from nstbench.claims.rules import RULES
from nstbench.claims.rules.base import Correction, Verdict
from nstbench.claims.sample import DIFFERENCE, LOG_RATIO, SHARE, Fact, Sample, Value
from nstbench.claims.significance import (
    LEAST_PAIRS,
    LEVEL,
    benjamini_hochberg,
    corrected,
    level_among,
    min_f,
    p_of_claim,
    p_value,
    sign_test,
)
from nstbench.core.rank_correlation import spearman


def crossed(differences, unit=DIFFERENCE):
    """A sample over contents (rows) and styles (columns)."""
    values = [
        Value(f"content {row}", f"style {column}", 0.0, 0.0, float(difference))
        for (row, column), difference in np.ndenumerate(np.atleast_2d(differences))
    ]
    return Sample(unit, tuple(values))


def claim_test(side="less", **settings):
    return ClaimTest(statistic="paired", says="a is below b", side=side, because="ours: a test", **settings)


def judged(test, sample, p=None, claims=1):
    """The verdict and the reason; `p` takes the place of the corrected one."""
    rule = RULES[test.rule]
    measured = rule.measure(test, sample)
    correction = None if measured.p is None else Correction(measured.p if p is None else p, claims)
    return rule.judge(test, sample, measured, correction)


# ---- the sign test ----


@pytest.mark.parametrize(("below", "above"), [(0, 1), (5, 5), (2, 10), (6, 18), (0, 24), (3, 4), (900, 1000)])
def test_sign_test_is_the_binomial_test(below, above):
    expected = stats.binomtest(below, below + above).pvalue
    assert sign_test([-1.0] * below + [2.0] * above) == pytest.approx(expected, abs=1e-15)


def test_ties_are_left_out_of_the_sign_test():
    assert sign_test([1.0] * 9 + [-1.0] + [0.0] * 7) == pytest.approx(stats.binomtest(1, 10).pvalue)
    assert sign_test([0.0] * 5) == 1.0


def test_ten_of_twelve_and_eighteen_of_twenty_four_are_significant():
    assert sign_test([1] * 10 + [-1] * 2) == pytest.approx(0.0386, abs=1e-4)
    assert sign_test([1] * 9 + [-1] * 3) > 0.05
    assert sign_test([1] * 18 + [-1] * 6) == pytest.approx(0.0227, abs=1e-4)
    assert sign_test([1] * 17 + [-1] * 7) > 0.05


def test_six_pairs_are_the_fewest_that_can_be_significant():
    assert sign_test([1] * LEAST_PAIRS) < LEVEL <= sign_test([1] * (LEAST_PAIRS - 1))


# ---- min F' ----


def differences_of(d):
    return crossed(d).values, np.asarray(d).ravel().tolist()


@pytest.mark.parametrize("shape", [(6, 4), (4, 3), (2, 9)])
def test_min_f_is_made_of_the_tests_over_contents_and_over_styles(shape):
    """Clark 1973: F1 F2 / (F1 + F2), by SciPy's t tests on the means of contents and of styles."""
    for seed in range(5):
        d = np.random.default_rng(seed).normal(0.3, 1, shape)
        f1, f2 = (stats.ttest_1samp(d.mean(axis), 0).statistic ** 2 for axis in (1, 0))
        freedom = (f1 + f2) ** 2 / (f1**2 / (shape[1] - 1) + f2**2 / (shape[0] - 1))
        expected = stats.f.sf(f1 * f2 / (f1 + f2), 1, freedom)
        assert min_f(*differences_of(d)) == pytest.approx(expected)


@pytest.mark.parametrize("shape", [(12, 1), (1, 7)])
def test_without_anything_in_common_min_f_is_the_t_test(shape):
    d = np.random.default_rng(1).normal(0.3, 1, shape)
    assert min_f(*differences_of(d)) == pytest.approx(stats.ttest_1samp(d.ravel(), 0).pvalue)


def test_pairs_of_other_contents_and_styles_have_nothing_in_common():
    d = np.random.default_rng(2).normal(0.3, 1, 9)
    values = [Value(f"c{n}", f"s{n}", 0.0, 0.0, each) for n, each in enumerate(d)]
    assert min_f(values, d.tolist()) == pytest.approx(stats.ttest_1samp(d, 0).pvalue)


def test_min_f_of_an_incomplete_grid_clusters_both_ways():
    """The sum of both variances of Cameron, Gelbach and Miller, as sums over pairs that share a name."""
    d = np.random.default_rng(3).normal(0.5, 1, (5, 4))
    values = [value for place, value in enumerate(crossed(d).values) if place not in (2, 3, 11)]
    own = np.array([value.difference for value in values])
    e, parts = own - own.mean(), []
    for name, groups in (("content", 5), ("style", 4)):
        shared = [[getattr(a, name) == getattr(b, name) for a in values] for b in values]
        parts.append((e @ np.array(shared) @ e / len(own) ** 2 * groups / (groups - 1), groups - 1))
    variance = sum(part for part, _ in parts)
    freedom = variance**2 / sum(part**2 / degrees for part, degrees in parts)
    expected = 2 * stats.t.sf(abs(own.mean()) / math.sqrt(variance), freedom)
    assert min_f(values, own.tolist()) == pytest.approx(expected)


def test_p_is_the_larger_of_both_tests():
    one = [[-0.5, 3.0, 3.0, 3.0]] * 6  # A style that dissents.
    assert p_value(*differences_of(one)) == min_f(*differences_of(one)) > 0.05 > sign_test(np.ravel(one))
    assert p_value(*differences_of([[1.0] * 4] * 6)) == sign_test([1.0] * 24)
    assert min_f(*differences_of([[0.0] * 4] * 6)) == min_f(*differences_of([[2.0]])) == 1.0


# ---- corrections ----


def test_benjamini_and_hochberg_is_what_scipy_has():
    random = np.random.default_rng(0)
    for count in (1, 5, 20):
        ps = random.beta(0.3, 2, count).tolist()
        expected = stats.false_discovery_control(ps, method="bh")
        assert benjamini_hochberg(ps) == pytest.approx(expected.tolist())
        assert corrected(ps[0], ps[1:]) == pytest.approx(expected[0])
    assert benjamini_hochberg([]) == []


def test_the_level_among_others_is_where_the_corrected_p_is_that_of_a_test():
    random = np.random.default_rng(1)
    for count in (0, 1, 4, 19):
        others = random.beta(0.3, 2, count).tolist()
        level = level_among(others)
        assert corrected(level * 0.9999, others) < LEVEL <= corrected(level * 1.0001, others)


@pytest.mark.parametrize(
    ("parts", "p"),
    [
        ([(0.01, True)], 0.01),
        ([(0.01, False)], 0.01),
        ([(0.01, True), (0.2, True)], 0.2),
        ([(0.01, True), (0.004, False)], 0.008),
        ([(0.01, False), (0.3, False), (0.001, True)], 0.03),
        ([(0.9, False), (0.8, True)], 1.0),
    ],
)
def test_a_claim_holds_with_all_of_its_parts_and_falls_with_one(parts, p):
    assert p_of_claim(parts) == pytest.approx(p)


def test_a_claim_of_several_parts_is_falsely_decided_no_more_often_than_one_of_one():
    """Three parts without any effect, alike or not: support takes all, contradiction a third of the level."""
    random = np.random.default_rng(2)
    for alike in (0.0, 0.9):
        z = math.sqrt(alike) * random.normal(size=(20_000, 1))
        z = z + math.sqrt(1 - alike) * random.normal(size=(20_000, 3))
        ps = 2 * stats.norm.sf(np.abs(z))
        claims = [p_of_claim(list(zip(p, each > 0, strict=True))) for p, each in zip(ps, z, strict=True)]
        assert np.mean(np.array(claims) < 0.05) <= 0.053


# ---- the pigeonhole bootstrap ----


def test_one_style_gives_the_ordinary_bootstrap_of_a_median():
    """P(median <= k-th of n) = P(Binomial(n, k/n) >= (n + 1) / 2), Efron 1979."""
    count = 7
    drawn = bootstrap_medians(crossed(np.arange(count)[:, None]).values)
    for k in range(1, count):
        expected = stats.binom.sf((count + 1) / 2 - 1, count, k / count)
        assert (drawn <= k - 1).mean() == pytest.approx(expected, abs=0.02)


def test_every_draw_of_a_small_design_counted_out():
    """Two contents by two styles without one pair: all 16 draws, those without a pair left out."""
    values = crossed([[1.0, 2.0], [5.0, 9.0]]).values[:3]
    medians = []
    for contents, styles in itertools.product(itertools.product((0, 1), repeat=2), repeat=2):
        drawn = [
            value.difference
            for row, column in itertools.product(contents, styles)
            for value in values
            if (value.content, value.style) == (f"content {row}", f"style {column}")
        ]
        if drawn:
            medians.append(np.median(drawn))
    found = bootstrap_medians(values)
    for value in set(medians):
        assert (found == value).mean() == pytest.approx(medians.count(value) / len(medians), abs=0.02)
    assert set(found) == set(medians)


def test_pairs_that_share_a_content_count_as_one():
    """Without effects of styles, more styles make the interval no narrower."""
    contents = np.random.default_rng(1).normal(size=(6, 1))
    once, often = (interval(crossed(np.tile(contents, styles)).values, 0.95) for styles in (1, 8))
    assert often == pytest.approx(once, abs=0.1)


@pytest.mark.parametrize("confidence", [0.90, 0.95])
def test_an_interval_leaves_as_many_medians_on_either_side_as_it_says(confidence):
    """A median below the interval in (1 - confidence) / 2 of the draws, and one above it in as many."""
    values = crossed(np.random.default_rng(10).normal(size=(12, 12))).values
    low, high = interval(values, confidence)
    drawn, outside = bootstrap_medians(values), (1 - confidence) / 2
    assert len(set(drawn)) > 200
    assert (drawn < low).mean() <= outside + 1e-9 and (drawn <= low).mean() >= outside - 1e-9
    assert (drawn > high).mean() <= outside + 1e-9 and (drawn >= high).mean() >= outside - 1e-9


def test_intervals_do_not_depend_on_the_order_and_are_the_same_again():
    values = crossed(np.random.default_rng(2).normal(size=(4, 3))).values
    assert interval(values, 0.9) == interval(values[::-1], 0.9)
    assert interval(values, 0.9)[0] >= interval(values, 0.95)[0]


def test_weighted_medians_are_medians_of_multisets():
    counts = np.random.default_rng(3).integers(0, 4, (50, 6))
    counts[counts.sum(1) == 0, 0] = 1
    ordered = np.sort(np.random.default_rng(4).normal(size=6))
    expected = [np.median(np.repeat(ordered, row)) for row in counts]
    np.testing.assert_allclose(weighted_medians(ordered, counts), expected)


# ---- rank correlations ----


def test_rank_correlation_agrees_with_scipy():
    random = np.random.default_rng(5)
    for _ in range(20):
        x, y = random.integers(0, 5, (2, 8)).tolist()
        assert spearman(x, y) == pytest.approx(stats.spearmanr(x, y).statistic)
    assert math.isnan(spearman([1, 1], [1, 2]))


# ---- the rule `directional` ----


def log_ratios(ratio, pairs=(4, 3), noise=0.01):
    random = np.random.default_rng(6)
    return crossed(math.log(ratio) + random.normal(0, noise, pairs), LOG_RATIO)


@pytest.mark.parametrize(
    ("ratio", "side", "verdict"),
    [
        (0.7, "less", Verdict.SUPPORTED),
        (0.7, "greater", Verdict.CONTRADICTED),
        (1.4, "less", Verdict.CONTRADICTED),
        (1.4, "greater", Verdict.SUPPORTED),
        (0.97, "less", Verdict.INCONCLUSIVE),
        (1.0, "less", Verdict.INCONCLUSIVE),
    ],
)
def test_directional_verdicts(ratio, side, verdict):
    assert judged(claim_test(side), log_ratios(ratio))[0] is verdict


def test_a_small_but_certain_effect_is_below_the_floor():
    verdict, reason = judged(claim_test(), log_ratios(0.95, noise=0.001))
    assert verdict is Verdict.INCONCLUSIVE
    assert "the ratio does not reach 0.909" in reason
    assert judged(claim_test(floor=1.0), log_ratios(0.95, noise=0.001))[0] is Verdict.SUPPORTED


@pytest.mark.parametrize(("ratio", "verdict"), [(1 / 1.1, "supported"), (1 / 1.0999, "inconclusive")])
def test_exactly_at_the_floor_is_enough(ratio, verdict):
    assert judged(claim_test(), log_ratios(ratio, noise=0))[0] == verdict


def test_a_median_on_the_bound_is_on_no_side():
    test = claim_test("greater", bound=0.25, floor=0)
    assert judged(test, crossed(np.full((4, 3), 0.25)))[0] is Verdict.INCONCLUSIVE
    assert judged(test, crossed(np.full((4, 3), 0.2501)))[0] is Verdict.SUPPORTED
    assert judged(test, crossed(np.full((4, 3), 0.2499)))[0] is Verdict.CONTRADICTED


def test_bounds_and_floors_of_ratios_are_factors():
    """A claim of "10 or more" is about the ratio, and the floor is a factor beyond it."""
    test = claim_test("greater", bound=10, floor=2)
    assert judged(test, log_ratios(21))[0] is Verdict.SUPPORTED
    assert judged(test, log_ratios(15))[0] is Verdict.INCONCLUSIVE
    assert judged(test, log_ratios(3))[0] is Verdict.CONTRADICTED


def test_a_single_pair_never_decides():
    verdict, reason = judged(claim_test(), log_ratios(0.1, (1, 1)), claims=25)
    assert verdict is Verdict.INCONCLUSIVE
    assert "of 1 pair; at least 6 are needed" in reason


@pytest.mark.parametrize(("pairs", "verdict"), [((5, 1), "inconclusive"), ((6, 1), "supported")])
def test_too_few_pairs(pairs, verdict):
    assert judged(claim_test(), log_ratios(0.5, pairs))[0] == verdict


def test_the_corrected_p_decides():
    assert judged(claim_test(), log_ratios(0.5), p=0.049)[0] is Verdict.SUPPORTED
    verdict, reason = judged(claim_test(), log_ratios(0.5), p=0.05)
    assert verdict is Verdict.INCONCLUSIVE
    assert reason.endswith("the corrected p is not below 0.05")


def test_the_95_per_cent_interval_decides_which_side_it_is():
    """Bounds within the 90 %, between the 90 and the 95 %, and between the 95 and the 99 % interval."""
    sample = crossed(np.random.default_rng(9).normal(0.5, 0.2, (6, 4)))
    ends = [interval(sample.values, confidence)[0] for confidence in (0.90, 0.95, 0.99)]
    assert ends[0] > ends[1] > ends[2]
    for bound, verdict in ((sum(ends[:2]) / 2, "inconclusive"), (sum(ends[1:]) / 2, "supported")):
        test = claim_test("greater", bound=bound, floor=0)
        assert judged(test, sample, p=0.01)[0] == verdict
    measured = RULES["directional"].measure(claim_test(), sample)
    assert (measured.confidence, measured.interval) == (0.95, interval(sample.values, 0.95))


def test_a_contradiction_takes_all_that_support_takes():
    """Interval, floor and corrected p, each of them alone in the way."""
    clear = log_ratios(0.5)
    assert judged(claim_test("greater"), clear, p=0.04999)[0] is Verdict.CONTRADICTED
    assert judged(claim_test("greater"), clear, p=0.05)[0] is Verdict.INCONCLUSIVE
    assert judged(claim_test("greater"), log_ratios(0.95, noise=0.001))[0] is Verdict.INCONCLUSIVE
    across = np.full((4, 3), -0.5)
    across[0, :2], across[1] = 0.5, -0.001
    assert judged(claim_test("greater", floor=0), crossed(across), p=0.04)[0] is Verdict.INCONCLUSIVE


def test_the_estimate_is_the_median_and_p_is_that_of_the_differences_less_the_bound():
    sample = crossed([[0.1], [0.2], [0.3], [0.4], [9.0], [9.0]])
    measured = RULES["directional"].measure(claim_test("greater", bound=0.25), sample)
    assert measured.estimate == pytest.approx(0.35)
    assert measured.p == pytest.approx(stats.binomtest(2, 6).pvalue)


def test_an_interval_that_ends_on_the_bound_is_not_wholly_on_a_side():
    differences = np.full((4, 3), 0.5)
    differences[0] = 0.0
    sample = crossed(differences)
    assert interval(sample.values, 0.95)[0] == 0
    assert judged(claim_test("greater", floor=0), sample, p=0.01)[0] is Verdict.INCONCLUSIVE


def test_pairs_on_the_bound_are_not_as_claimed():
    sample = crossed([[-0.5]] * 18 + [[0.0]] * 6)
    assert judged(claim_test(floor=0, share=0.75), sample, p=0.02)[0] is Verdict.SUPPORTED
    assert judged(claim_test(floor=0, share=0.8), sample, p=0.02)[0] is Verdict.INCONCLUSIVE


def test_an_interval_across_the_bound_is_inconclusive():
    """Ten of twelve pairs are on the claimed side, but the pairs of one content in four are not."""
    differences = np.full((4, 3), -0.5)
    differences[0, :2] = 0.5
    differences[1] = -0.001
    test, sample = claim_test(floor=0), crossed(differences)
    verdict, reason = judged(test, sample, p=0.04)
    assert verdict is Verdict.INCONCLUSIVE
    assert "the interval is not wholly on the claimed side of 0" in reason


def test_a_share_is_asked_for_on_top():
    sample = crossed([[-0.5]] * 18 + [[0.5]] * 6)
    assert judged(claim_test(floor=0, share=0.75), sample, p=0.02)[0] is Verdict.SUPPORTED
    verdict, reason = judged(claim_test(floor=0, share=0.8), sample, p=0.02)
    assert verdict is Verdict.INCONCLUSIVE
    assert reason.endswith("fewer than 80% are as claimed")


# ---- the rule `equivalence` ----


def test_equivalence_is_two_one_sided_tests():
    """Supported when both of the one-sided tests by the bootstrap reject at 5 %."""
    test = claim_test("equal", floor=0.1)
    for shift in (0.0, 0.03, 0.06, 0.09, 0.15):
        sample = crossed(shift + np.random.default_rng(7).normal(0, 0.05, (6, 4)))
        drawn = bootstrap_medians(sample.values)
        both = (drawn <= -0.1).mean() <= 0.05 and (drawn >= 0.1).mean() <= 0.05
        assert (judged(test, sample)[0] is Verdict.SUPPORTED) == both


def test_equivalence_needs_the_90_per_cent_interval_only():
    sample = crossed(0.05 + np.random.default_rng(9).normal(0, 0.05, (6, 4)))
    narrow, wide = (interval(sample.values, confidence)[1] for confidence in (0.90, 0.95))
    assert narrow < wide
    between, within = (narrow + wide) / 2, narrow - 0.001
    assert judged(claim_test("equal", floor=between), sample)[0] is Verdict.SUPPORTED
    assert judged(claim_test("equal", floor=within), sample)[0] is Verdict.INCONCLUSIVE


@pytest.mark.parametrize("side", [1, -1])
def test_equivalence_is_denied_by_the_95_per_cent_interval_only(side):
    """A margin between the ends of both intervals denies nothing, one below both does."""
    sample = crossed(side * (0.5 + np.random.default_rng(9).normal(0, 0.05, (6, 4))))
    narrow, wide = (min(map(abs, interval(sample.values, confidence))) for confidence in (0.90, 0.95))
    assert wide < narrow
    assert judged(claim_test("equal", floor=wide - 0.001), sample)[0] is Verdict.CONTRADICTED
    assert judged(claim_test("equal", floor=(narrow + wide) / 2), sample)[0] is Verdict.INCONCLUSIVE


@pytest.mark.parametrize("side", [1, -1])
def test_equivalence_needs_both_ends_within_the_margin(side):
    sample = crossed(side * (0.05 + np.random.default_rng(9).normal(0, 0.05, (6, 4))))
    inner, outer = sorted(map(abs, interval(sample.values, 0.90)))
    assert judged(claim_test("equal", floor=outer + 0.001), sample)[0] is Verdict.SUPPORTED
    assert judged(claim_test("equal", floor=(inner + outer) / 2), sample)[0] is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    ("value", "verdict"), [(0.0, "supported"), (0.1, "supported"), (0.1001, "contradicted")]
)
def test_margins_of_equivalence_belong_to_it(value, verdict):
    assert judged(claim_test("equal", floor=0.1), crossed(np.full((4, 3), value)))[0] == verdict


def test_equivalence_around_a_bound():
    test = claim_test("equal", bound=1, floor=0.1)
    assert judged(test, crossed(np.full((4, 3), 1.05)))[0] is Verdict.SUPPORTED
    assert judged(test, crossed(np.full((4, 3), 0.05)))[0] is Verdict.CONTRADICTED


def test_a_wide_interval_is_not_equivalence():
    wide = np.random.default_rng(8).normal(0, 1, (4, 3))
    assert judged(claim_test("equal", floor=0.1), crossed(wide))[0] is Verdict.INCONCLUSIVE
    few = judged(claim_test("equal", floor=0.1), crossed(np.zeros((5, 1))))
    assert few[0] is Verdict.INCONCLUSIVE


# ---- the rule `existence` ----


def instances(met, count):
    return Sample(SHARE, crossed([[1.0] * met + [0.0] * (count - met)]).values, noun="instance")


@pytest.mark.parametrize(
    ("met", "count", "side", "share", "verdict"),
    [
        (1, 11, "exists", None, "supported"),
        (8, 11, "exists", 0.727, "supported"),
        (7, 11, "exists", 0.727, "inconclusive"),
        (1, 2, "exists", 0.5, "supported"),
        (0, 11, "exists", None, "inconclusive"),
        (0, 12, "exists", None, "contradicted"),
        (1, 30, "none", None, "contradicted"),
        (0, 11, "none", None, "inconclusive"),
        (0, 12, "none", None, "supported"),
    ],
)
def test_existence(met, count, side, share, verdict):
    assert judged(claim_test(side, share=share), instances(met, count))[0] == verdict


def test_instances_without_a_value_are_mentioned():
    sample = Sample(SHARE, instances(1, 3).values, dropped=2, noun="instance")
    assert judged(claim_test("exists"), sample)[1] == "1 of 3 instances, 2 more without a value"


@pytest.mark.parametrize(("met", "count"), [(0, 12), (3, 11), (11, 11)])
def test_the_interval_of_a_share_is_that_of_clopper_and_pearson(met, count):
    measured = RULES["existence"].measure(claim_test("exists"), instances(met, count))
    expected = stats.binomtest(met, count).proportion_ci(0.95, method="exact")
    assert measured.interval == pytest.approx((expected.low, expected.high))
    assert measured.estimate == met / count


# ---- the rule `exact` ----


def test_facts_must_all_hold():
    facts = (Fact("one is one", True), Fact("one is two", False))
    verdict, reason = judged(claim_test("holds"), Sample("", facts=facts))
    assert verdict is Verdict.CONTRADICTED
    assert reason == "one is one: true; one is two: false"
    assert judged(claim_test("holds"), Sample("", facts=facts[:1]))[0] is Verdict.SUPPORTED
