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
from nstbench.claims.significance import holm, pairs_needed, sign_test
from nstbench.claims.simulation import DESIGNS, Design, rates, table
from nstbench.core.rank_correlation import spearman


def crossed(differences, unit=DIFFERENCE):
    """A sample over contents (rows) and styles (columns)."""
    values = [
        Value(f"content {row}", f"style {column}", 0.0, 0.0, float(difference))
        for (row, column), difference in np.ndenumerate(np.atleast_2d(differences))
    ]
    return Sample(unit, tuple(values))


def claim_test(side="less", **settings):
    return ClaimTest(statistic="paired", says="a is below b", side=side, **settings)


def judged(test, sample, p=None, tests=1):
    """The verdict and the reason; `p` takes the place of the corrected one."""
    rule = RULES[test.rule]
    measured = rule.measure(test, sample)
    correction = None if measured.p is None else Correction(measured.p if p is None else p, tests)
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


@pytest.mark.parametrize(("tests", "needed"), [(1, 6), (2, 7), (25, 10)])
def test_pairs_needed_are_the_fewest_that_can_be_significant(tests, needed):
    assert pairs_needed(tests) == needed
    assert tests * sign_test([1] * needed) < 0.05 <= tests * sign_test([1] * (needed - 1))


# ---- Holm ----


def test_holm_by_hand():
    """Ordered: 4 x 0.005, 3 x 0.01, 2 x 0.03, then the larger of 0.04 and what is before it."""
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


def test_holm_rejects_what_the_closed_test_by_bonferroni_rejects():
    """A hypothesis falls when every set of hypotheses that holds it has a p of 0.05 / its size or less."""
    random = np.random.default_rng(0)
    for _ in range(50):
        ps = random.beta(0.3, 2, 5)
        for place, corrected in enumerate(holm(ps)):
            sets = (
                {place, *others}
                for count in range(5)
                for others in itertools.combinations(set(range(5)) - {place}, count)
            )
            assert (corrected <= 0.05) == all(min(ps[list(each)]) <= 0.05 / len(each) for each in sets)


def test_holm_stays_below_one_and_may_be_empty():
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []


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
    verdict, reason = judged(claim_test(), log_ratios(0.1, (1, 1)), tests=25)
    assert verdict is Verdict.INCONCLUSIVE
    assert "of 1 pair; at least 6 are needed (10 to stand the correction for 25 tests)" in reason


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


# ---- the rule under the null ----


@pytest.mark.slow
def test_verdicts_are_rarer_than_false_sign_tests():
    """As docs/interpreting.md reports, with fewer samples; and a real effect is found."""
    independent, alike = (rates(Design(6, 4, shared), 200) for shared in (0.0, 0.5))
    assert independent.sign_test <= 0.06
    assert independent.verdict <= 0.02
    assert alike.sign_test > 2 * independent.sign_test
    assert alike.verdict <= 0.09
    assert rates(Design(6, 4, 0.0), 60, tests=25, effect=-0.4).supported >= 0.9


def test_the_table_of_false_positives_has_a_row_per_design():
    head, rule, *rows = table(4)
    assert [head.count("|"), rule.count("|")] == [6, 6]
    assert [row.split(" | ")[0] for row in rows] == [f"| {each.contents} x {each.styles}" for each in DESIGNS]
