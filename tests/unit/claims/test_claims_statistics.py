"""The statistics of claims, on evidence whose answer is known."""

import math

import numpy as np
import pandas as pd
import pytest
from pytest import approx
from skimage.color import lab2rgb

from nstbench.claims.claim import ClaimTest
from nstbench.claims.sample import LOG_RATIO, NoEvidenceError, aligned
from nstbench.claims.statistics import find_statistic
from nstbench.claims.statistics.sweeps import place_of_knee, within
from nstbench.claims.statistics.traces import arrival
from nstbench.claims.statistics.trade_offs import at_equal_style, beside_curve, volume
from nstbench.core.errors import InputError
from nstbench.losses import channel_moments, gram
from nstbench.methods.adain2017 import loss, modules
from nstbench.metrics.pixels import mean_colour_difference

CAT, TOWN = ("cat", "night"), ("town", "waves")


class Known:
    """Evidence out of dictionaries; values are by pair, with one seed unless a list gives several."""

    def __init__(self, metrics=None, controls=None, losses=None, facts=None, tables=None, pictures=None):
        self.metrics, self.controls = metrics or {}, controls or {}
        self.losses, self.facts_, self.tables = losses or {}, facts or {}, tables or {}
        self.pictures, self.swept = pictures or {}, (0.01, 0.1, 1.0, 10.0, 100.0)

    def factors(self, experiment, arm):
        return self.swept

    def metric(self, experiment, arm, metric, factor=1.0):
        """At every factor of a sweep the same, unless there are values for it."""
        key = (arm, metric, factor) if (arm, metric, factor) in self.metrics else (arm, metric)
        return self._found(self.metrics, key)

    def table_name(self, chart):
        return f"the table of {chart}"

    def control(self, experiment, arm, copied, metric):
        return self._found(self.controls, (copied, metric))

    def least_losses(self, experiment, arm):
        found = self._found(self.losses, arm)
        return {
            pair: {
                seed: pd.Series(values, range(1, len(values) + 1)).cummin() for seed, values in own.items()
            }
            for pair, own in found.items()
        }

    def facts(self, experiment, arm, name):
        return self._found(self.facts_, (arm, name))

    def results_of(self, experiment, arm):
        return self._found(self.pictures, arm)

    def contents_of(self, experiment, arm):
        return self._found(self.pictures, f"content of {arm}")

    def chart(self, id):
        return self._found(self.tables, id)

    def colour_difference(self, one, other):
        return mean_colour_difference(one, other)

    def planned(self, experiment, arm):
        return []

    def pair(self, entry):
        return entry.pair

    @staticmethod
    def _found(known, key):
        if key not in known:
            raise NoEvidenceError(f"no {key}")
        return known[key]


def one(*values):
    """A value for each pair, from the one seed of an arm that draws nothing."""
    return {pair: {0: value} for pair, value in zip((CAT, TOWN), values, strict=False)}


def placed(points):
    """Content and style distances of arms."""
    return {
        (arm, metric): one(value)
        for arm, point in points.items()
        for metric, value in zip(("C_judge", "S_judge"), point, strict=True)
    }


def sampled(id, evidence, **parameters):
    chosen = find_statistic(id)
    return chosen.sample(chosen.parameters.model_validate({"experiment": "fig", **parameters}), evidence)


def test_seeds_are_paired_and_what_is_not_drawn_goes_with_each():
    drawn, other, fixed = {CAT: {0: 1, 2: 3}}, {CAT: {2: 30, 0: 10, 1: 20}}, {CAT: {0: 7}}
    assert aligned([drawn, other, fixed]) == {CAT: [(1, 10, 7), (3, 30, 7)]}
    assert aligned([other, drawn]) == {CAT: [(10, 1), (30, 3)]}
    assert aligned([fixed, fixed]) == {CAT: [(7, 7)]}
    assert aligned([{CAT: {0: 1}, TOWN: {0: 2}}, {TOWN: {0: 5}}]) == {TOWN: [(2, 5)]}


def test_paired_takes_the_median_over_seeds_of_the_log_ratio():
    metrics = {("a", "C"): {CAT: {0: 1.0, 1: 4.0, 2: 9.0}}, ("b", "C"): {CAT: {0: 2.0, 1: 2.0, 2: 1.0}}}
    sample = sampled("paired", Known(metrics), metric="C", a="a", b="b")
    (value,) = sample.values
    assert (value.content, value.style, value.a, value.b) == (*CAT, 4.0, 2.0)
    assert value.difference == approx(math.log(4 / 2))
    assert sample.unit == LOG_RATIO


def test_paired_against_a_control_and_by_another_metric():
    known = Known({("a", "S"): one(0.2), ("a", "COLc"): one(3.0)}, {("content copied", "S"): one(0.8)})
    assert sampled("paired", known, metric="S", a="a", b="content copied").differences == approx(
        [math.log(0.25)]
    )
    sample = sampled("paired", known, metric="S", a="a", b="a", other_metric="COLc", transform="difference")
    assert sample.differences == approx([-2.8])


def test_pairs_that_do_not_compare_are_dropped_and_counted():
    known = Known({("a", "C"): one(0.0, 2.0), ("b", "C"): one(1.0, 1.0)})
    sample = sampled("paired", known, metric="C", a="a", b="b")
    assert [value.content for value in sample.values] == ["town"]
    assert sample.dropped == 1
    both = Known({("a", "C"): one(1.0), ("b", "C"): one(1.0, 1.0)})
    assert sampled("paired", both, metric="C", a="a", b="b").dropped == 1


def test_no_runs_are_no_evidence():
    with pytest.raises(NoEvidenceError):
        sampled("paired", Known(), metric="C", a="a", b="b")


def test_threshold():
    sample = sampled("threshold", Known({("a", "S"): one(0.1)}), arm="a", metric="S", threshold=0.05)
    assert sample.differences == approx([math.log(2)])


@pytest.mark.parametrize(
    ("points", "area"),
    [
        ([(0.1, 0.1)], 1.0),
        ([(0.01, 1.0)], 0.0),
        ([(0.1, 0.01), (0.01, 0.1)], 2 + 2 - 1),
        ([(0.1, 0.01), (0.01, 0.1), (0.1, 0.1), (0.5, 2.0)], 3.0),
        ([(0.0, 0.1)], 4.0),
    ],
)
def test_hypervolume_in_decades(points, area):
    """Rectangles below the reference (1, 1); a distance of 0 counts as 1e-4."""
    assert volume(points, (1.0, 1.0)) == approx(area)


def test_hypervolume_compares_two_groups():
    metrics = placed({"a": (0.01, 0.1), "b": (0.1, 0.1)})
    controls = {("style copied", "C_judge"): one(1.0), ("content copied", "S_judge"): one(1.0)}
    sample = sampled("hypervolume", Known(metrics, controls), a=["a"], b=["b"])
    assert sample.differences == approx([math.log(2)])
    assert (sample.values[0].a, sample.values[0].b) == approx((2.0, 1.0))


@pytest.mark.parametrize(
    ("a", "b", "difference"),
    [
        ((0.01, 0.1), (2.0, 0.1), math.log(2 / 0.01)),
        ((2.0, 0.1), (0.01, 0.1), math.log(0.01 / 2)),
        ((10**-0.05, 0.1), (0.1, 0.1), math.log(0.05)),
        ((10**-0.005, 0.1), (0.1, 0.1), math.log(0.01)),
    ],
)
def test_a_group_that_dominates_nothing_has_a_hundredth_of_a_square_decade(a, b, difference):
    """One decade of style by 2, 1, 0.05, 0.005 or no decades of content below the reference (1, 1)."""
    controls = {("style copied", "C_judge"): one(1.0), ("content copied", "S_judge"): one(1.0)}
    known = Known(placed({"a": a, "b": b}), controls)
    assert sampled("hypervolume", known, a=["a"], b=["b"]).differences == approx([difference])


def test_two_groups_that_dominate_nothing_do_not_compare():
    controls = {("style copied", "C_judge"): one(1.0), ("content copied", "S_judge"): one(1.0)}
    known = Known(placed({"a": (2.0, 0.1), "b": (10**-0.005, 0.1)}), controls)
    sample = sampled("hypervolume", known, a=["a"], b=["b"])
    assert (sample.values, sample.dropped) == ((), 1)


@pytest.mark.parametrize(
    ("worse", "difference"), [((0.1, 0.1), math.log(0.25)), ((0.1, 0.005), 0.0), ((0.002, 0.5), 0.0)]
)
def test_a_smaller_volume_counts_where_all_of_it_is_dominated(worse, difference):
    """The other has 2 by 2 decades; pictures that are better in style or in content have less than 4 too."""
    controls = {("style copied", "C_judge"): one(1.0), ("content copied", "S_judge"): one(1.0)}
    known = Known(placed({"a": worse, "b": (0.01, 0.01)}), controls)
    assert sampled("dominance", known, a=["a"], b=["b"]).differences == approx([difference])
    larger = sampled("dominance", known, a=["b"], b=["a"]).differences
    assert larger == sampled("hypervolume", known, a=["b"], b=["a"]).differences
    assert larger[0] > 0


def test_one_picture_that_is_not_dominated_is_enough():
    controls = {("style copied", "C_judge"): one(1.0), ("content copied", "S_judge"): one(1.0)}
    known = Known(placed({"a": (0.1, 0.1), "near": (0.5, 0.005), "b": (0.01, 0.01)}), controls)
    assert sampled("dominance", known, a=["a", "near"], b=["b", "b"]).differences == [0.0]


def test_content_at_equal_style_is_read_off_straight_lines_in_logs():
    """C = 0.01 / S on one sweep and 0.02 / S on the other."""
    first = [(0.01 / s, s) for s in (0.01, 0.1, 1.0)]
    second = [(0.02 / s, s) for s in (0.03, 0.3)]
    a, b, difference = at_equal_style(first, second)
    assert difference == approx(math.log(0.5))
    assert a / b == approx(0.5)


def test_matched_style_compares_groups_pair_by_pair():
    """C = 0.01 / S on the arms of one group, twice that on those of the other."""
    arms = {"a": (0.1, 0.1), "aa": (0.01, 1.0), "b": (0.2, 0.1), "bb": (0.02, 1.0)}
    sample = sampled("matched_style", Known(placed(arms)), a=["a", "aa"], b=["b", "bb"])
    assert sample.differences == approx([math.log(0.5)])


def test_content_is_read_at_the_median_of_the_styles_that_both_sweeps_have():
    """Logarithms of S within the range of both: 0, 1, 2 and 10 of one sweep, 0 and 10 of the other: 1.5.

    C is 1 on one sweep and, from S of 1 to e^10, rises from 1 to e^10 on the other.
    """
    level = [(1.0, math.exp(log)) for log in (0, 1, 2, 10)]
    rising = [(1.0, 1.0), (math.exp(10), math.exp(10))]
    assert at_equal_style(rising, level) == approx((math.exp(1.5), 1.0, 1.5))


def test_sweeps_that_share_no_style_do_not_compare():
    assert math.isnan(at_equal_style([(1, 0.1), (1, 0.2)], [(1, 0.3), (1, 0.4)])[2])
    assert math.isnan(at_equal_style([(0, 0.1), (1, 0.4)], [(1, 0.3), (1, 0.4)])[2])


def swept(c, s, factors=(0.01, 0.1, 1.0, 10.0, 100.0)):
    """C and S of arm `a`, which go with the factor of its sweep, and those of `b`, which are 1 at all."""
    metrics = {("b", name): one(1.0) for name in ("C_judge", "S_judge")}
    for factor in factors:
        metrics |= {("a", "C_judge", factor): one(c / factor), ("a", "S_judge", factor): one(s * factor)}
    return Known(metrics, {("style copied", "C_judge"): one(10.0), ("content copied", "S_judge"): one(10.0)})


def test_all_factors_of_a_sweep_are_points():
    """C S = 0.01, a stair of five corners a decade apart, up to (10, 10); the other has one of 1 by 1.

    Columns of one decade: below S of 1, 0.1, ... lie 1 (C of 10 has no width), so areas are 1, 2 and 3.
    """
    sample = sampled("hypervolume", swept(0.1, 0.1), a=["a"], b=["b"])
    assert (sample.values[0].a, sample.values[0].b) == approx((1 + 2 + 3, 1.0))
    assert sample.differences == approx([math.log(6)])


def test_matched_style_reads_all_factors_of_a_sweep():
    """At S = 1, the only S of the other, C of the sweep is 0.01, where its pictures have 0.1 and 0.001."""
    known = swept(0.1, 0.1)
    assert sampled("matched_style", known, a=["a"], b=["b"]).differences == approx([math.log(0.01)])


@pytest.mark.parametrize("statistic", ["hypervolume", "dominance", "matched_style", "scatter_over_contents"])
def test_fewer_than_five_points_are_no_evidence(statistic):
    known = swept(0.1, 0.1)
    known.swept = known.swept[:4]
    with pytest.raises(
        NoEvidenceError, match=r"^a of .*: 4 points here, .* run with a profile that has sweeps"
    ):
        sampled(statistic, known, a=["a"], b=["b"])
    known.swept = (1.0,)
    with pytest.raises(NoEvidenceError, match=r"^b of .*: 1 point here"):
        sampled(statistic, known, a=["a"] * 5, b=["b"])


def test_hypervolumes_of_unequal_numbers_of_points_are_no_evidence():
    with pytest.raises(NoEvidenceError, match="a, a and b differ in their numbers of points"):
        sampled("hypervolume", swept(0.1, 0.1), a=["a", "a"], b=["b"])


def test_a_point_below_a_curve():
    """The curve y = 1 / x; the added metrics of the point are a quarter of it."""
    curve = [(0.1, 10.0), (1.0, 1.0), (10.0, 0.1)]
    assert beside_curve((3.0, 0.25 / 3), curve) == approx((0.25 / 3, 1 / 3, math.log(0.25)))
    assert beside_curve((3.0, 0.25 / 3), curve[::-1]) == approx((0.25 / 3, 1 / 3, math.log(0.25)))
    assert beside_curve((0.01, 5.0), curve) == approx((5.0, 10.0, math.log(0.5)))
    assert beside_curve((20.0, 0.3), curve) == approx((0.3, 0.1, math.log(3)))
    assert math.isnan(beside_curve((0.0, 0.05), curve)[2])


def test_trend_is_a_rank_correlation_per_pair():
    metrics = {
        ("one", "PSNR"): one(30.0, 1.0),
        ("two", "PSNR"): one(20.0, 3.0),
        ("three", "PSNR"): one(10.0, 2.0),
    }
    sample = sampled("trend", Known(metrics), metric="PSNR", arms=["one", "two", "three"])
    assert sample.differences == approx([-1.0, 0.5])


def test_the_best_arm_of_each_group_counts():
    losses = {"a": one([5.0, 3.0, 4.0]), "b": one([5.0, 4.0]), "c": one([9.0, 1.5, 2.0])}
    known = Known(losses=losses)
    sample = sampled("least_loss", known, a=["b", "a"], b=["c"])
    assert sample.differences == approx([math.log(3.0 / 1.5)])
    # After one evaluation a and b are at 5, c at 9; b ends before the third.
    assert sampled("least_loss", known, a=["b", "a"], b=["c"], at=1).differences == approx([math.log(5 / 9)])
    early = sampled("least_loss", known, a=["b", "a"], b=["c"], at=3)
    assert (early.values, early.dropped) == ((), 1)


def test_medians_of_groups_are_compared():
    known = Known({(arm, "S"): one(value) for arm, value in {"a": 1.0, "b": 6.0, "c": 3.0, "d": 2.0}.items()})
    sample = sampled("group_medians", known, a=["a", "b", "c"], b=["d"], metric="S")
    assert [(value.a, value.b) for value in sample.values] == [(3.0, 2.0)]
    assert sample.differences == approx([math.log(1.5)])


def test_evaluations_until_near_the_least_loss():
    losses = {"a": one([9.0, 1.04, 1.0]), "b": one([9.0, 8.0, 7.0, 1.05]), "c": one([9.0, 8.0, 7.0, 6.0])}
    known = Known(losses=losses)
    assert sampled("evaluations_to_loss", known, a=["a"], b=["b"]).differences == approx([math.log(2 / 4)])
    exactly = Known(losses={"a": one([9.0, 1.25, 1.0]), "b": one([9.0, 9.0, 9.0, 1.25])})
    sample = sampled("evaluations_to_loss", exactly, a=["a"], b=["b"], within=1.25)
    assert (sample.values[0].a, sample.values[0].b) == (2, 4)
    never = sampled("evaluations_to_loss", known, a=["a"], b=["c"])
    assert (never.values[0].a, never.values[0].b) == (2, 4)


def test_the_quickest_arm_of_a_group_counts_and_the_longest_where_none_arrives():
    losses = {
        "a": one([9.0, 1.0]),
        "b": one([9.0, 9.0, 1.05]),
        "c": one([9.0, 9.0, 1.056, 1.056]),
        "d": one([9.0]),
    }
    known = Known(losses=losses)
    quick = sampled("evaluations_to_loss", known, a=["b", "a"], b=["c", "d"]).values[0]
    assert (quick.a, quick.b) == (2, 4)
    alone = sampled("evaluations_to_loss", known, a=["a"], b=["c", "a"]).values[0]
    assert (alone.a, alone.b) == (2, 2)
    assert sampled("evaluations_to_loss", known, a=["c"], b=["a"]).values[0].a == 4


def test_evaluations_until_a_value_in_a_chart_are_interpolated():
    """1000 to 1 in 30 evaluations is a decade in 10; the other arm is there after half of the 30."""
    slow = pd.Series([1000.0, 1.0], [0, 30])
    assert arrival(slow, 10) == approx(20)
    assert arrival(slow, 1) == approx(30)
    assert arrival(slow, 2000) == 0
    assert arrival(slow, 0.5) == 30
    assert arrival(pd.Series([8.0, 4.0, 5.0, 1.0], [1, 2, 3, 5]), 4) == approx(2)


def test_one_arm_arrives_before_another_at_what_that_ends_with():
    rows = [
        {
            "content": "cat",
            "style": "night",
            "arm": arm,
            "evaluation": evaluation,
            "quantity": quantity,
            "value": value,
        }
        for quantity, scale in (("S", 1), ("C", 7))
        for arm, values in (("plain", (100.0, 10.0, 1.0)), ("shifted", (100.0, 1.0, 0.1)))
        for evaluation, value in zip((0, 10, 20), (scale * each for each in values), strict=True)
    ]
    chosen = find_statistic("evaluations_to_value")
    parameters = {"chart": "c", "quantity": "S", "a": "shifted", "b": "plain"}

    def found(**changes):
        known = Known(tables={"c": pd.DataFrame(rows)})
        return chosen.sample(chosen.parameters.model_validate(parameters | changes), known)

    # 100 to 1 in 20 evaluations is a decade in 10; the shifted arm goes twice as far in the first 10.
    assert found(part=1).differences == approx([math.log(10 / 20)])
    half = found(part=0.5).values[0]
    assert (half.a, half.b) == approx((5, 10))
    assert found(part=0.5, quantity="C").values == found(part=0.5).values
    plain = [row for row in rows if row["arm"] == "plain"]
    for row in plain:
        row["value"] = 1.0
    level = found(part=0.5)
    assert (level.values, level.dropped) == ((), 1)
    with pytest.raises(NoEvidenceError, match="no S of both arms"):
        found(a="chained", part=1)


def greys(*lightnesses):
    """A row of greys of CIE L*, in RGB."""
    return lab2rgb(np.array([[(lightness, 0, 0) for lightness in lightnesses]], float))


def test_colours_are_compared_place_by_place():
    """Greys of L* = 45 and 55 are 10 apart, as S_L is 1 between them; those of 0 and 100 are 100 apart."""
    pictures = {
        "a": one(greys(45, 0), greys(45, 45)),
        "b": one(greys(55, 0), greys(55, 55)),
        "content of a": one(greys(45, 100), greys(45, 45)),
        "control": one(greys(45, 0), greys(55, 55)),
    }
    sample = sampled("colour_difference", Known(pictures=pictures), a="a", b="b")
    assert sample.differences == approx([5.0, 10.0], abs=1e-3)
    assert sample.unit == "CIEDE2000"
    copied = sampled("colour_difference", Known(pictures=pictures), a="a", b="content copied")
    assert copied.differences == approx([50.0, 0.0], abs=1e-3)
    beyond = sampled("colour_difference", Known(pictures=pictures), a="a", b="b", control="control")
    assert beyond.differences == approx([0.0, 10.0], abs=1e-3)
    with pytest.raises(NoEvidenceError):
        sampled("colour_difference", Known(pictures=pictures), a="a", b="c")


def test_the_knee_is_the_corner():
    corner = [(0.01, 1.0), (0.011, 0.5), (0.012, 0.1), (0.1, 0.09), (1.0, 0.08)]
    assert place_of_knee(corner) == 2
    assert place_of_knee([(0.1, 0.1), (0.1, 0.2)]) is None


@pytest.mark.parametrize(("bend", "place"), [(0.11, 1), (0.09, None), (-0.11, 1)])
def test_a_curve_that_hardly_bends_has_no_knee(bend, place):
    """On logarithms a line of length 1 in each direction, its middle off by `bend`."""
    curve = [(1.0, math.e), (math.exp(0.5), math.exp(0.5 + bend)), (math.e, 1.0)]
    assert place_of_knee(curve) == place


@pytest.mark.parametrize(
    "curve", [[(0.1, 1.0), (0.0, 0.5), (1.0, 0.1)], [(0.1, 1.0), (0.2, 0.5), (0.1, 0.1)]]
)
def test_a_curve_without_logarithms_or_extent_has_no_knee(curve):
    assert place_of_knee(curve) is None


def test_a_pair_without_a_knee_is_dropped_and_every_arm_has_a_weight():
    straight = {"a": (1.0, 0.01), "b": (0.1, 0.1), "c": (0.01, 1.0)}
    known = {"arms": list(straight), "claimed": 1.0}
    sample = sampled("knee", Known(placed(straight)), **known, weights=(1, 2, 3))
    assert (sample.values, sample.dropped) == ((), 1)
    with pytest.raises(ValueError, match="4 weights for 3 arms"):
        sampled("knee", Known(), **known, weights=(1, 2, 3, 4))


def test_knee_in_decades_from_the_claimed_weight():
    places = {"a": (1.0, 0.01), "b": (0.1, 0.011), "c": (0.09, 1.0)}
    known = Known(placed(places))
    sample = sampled("knee", known, arms=list(places), weights=(1e-3, 1e-2, 1e-1), claimed=1.0)
    assert sample.differences == approx([2.0])


@pytest.fixture
def sweep():
    """Three arms from much content to much style; C of the style copied is 0.8, S of the content copied 2."""
    places = {"high": (0.05, 1.5), "middle": (0.2, 0.4), "low": (0.9, 0.1)}
    controls = {("content copied", "S_judge"): one(2.0), ("style copied", "C_judge"): one(0.8)}
    return Known(placed(places), controls)


def test_one_picture_reaches_both(sweep):
    sample = sampled("reaches_both", sweep, arms=["high", "middle", "low"])
    assert sample.differences == approx([math.log(0.2 / (0.25 * 0.8))])  # S: 0.4 of 0.5 that are allowed.
    strict = sampled("reaches_both", sweep, arms=["high", "middle", "low"], most_style=0.1)
    assert strict.differences == approx([math.log(0.4 / 0.2)])


def test_the_range_of_balanced_weights(sweep):
    """Excesses are 1.5, 0.5 and 2.25; lines between their logarithms cross 0 twice."""
    known = {"arms": ["high", "middle", "low"], "weights": [100, 1, 0.01]}
    half = sampled("balanced_range", sweep, **known, most_content=0.5, most_style=0.5)
    above, below = 2 * math.log(2) / math.log(3), 2 * math.log(2) / math.log(4.5)
    assert half.differences == approx([above + below])
    assert [(value.a, value.b) for value in half.values] == [(approx(10**above), approx(10**-below))]
    everything = sampled("balanced_range", sweep, **known, most_content=2.0, most_style=1.0)
    assert everything.differences == approx([4.0])
    none = sampled("balanced_range", sweep, **known, most_content=0.01)
    assert (none.values, none.dropped) == ((), 1)
    # A picture exactly on a bound is within it.
    edge = sampled("balanced_range", sweep, **known, most_content=0.25, most_style=0.2)
    assert edge.differences == approx([0.0])


def test_lines_between_points_are_within_where_they_are_below_zero():
    places = np.array([2.0, 1.0, 0.0])
    assert within(places, np.array([-1.0, 1.0, -3.0])) == approx((2.0, 0.0))
    assert within(places, np.array([1.0, -3.0, 1.0])) == approx((1.75, 0.25))


def test_contents_of_a_style_scatter_around_their_median():
    """At the style distance 1 C is 1, 2, 8 and 3, 3, 6: factors of 2, 1, 4 and 1, 1, 2 from the middle."""
    pairs = [(name, "night") for name in ("cat", "town", "cup")] + [("cat", "waves")]

    def of(*values):
        return {pair: {0: value} for pair, value in zip(pairs, values, strict=True)}

    metrics = {("a", "C_judge"): of(1.0, 2.0, 8.0, 1.0), ("b", "C_judge"): of(3.0, 3.0, 6.0, 1.0)}
    metrics |= {(arm, "S_judge"): of(1.0, 1.0, 1.0, 1.0) for arm in "ab"}
    sample = sampled("scatter_over_contents", Known(metrics), a=["a"], b=["b"])
    assert [(value.a, value.b) for value in sample.values] == [
        (approx(2), approx(1)),
        (approx(1), approx(1)),
        (approx(4), approx(2)),
    ]
    assert sample.differences == approx([math.log(2), 0, math.log(2)])
    assert sample.dropped == 1  # The waves have one content.


def test_pictures_that_are_most_alike_are_compared():
    """0.3 and 0.25 are the nearest of the four; the town's are a factor of 10 apart."""
    swd = {"a": (1.0, 1.0), "b": (0.3, 1.0), "c": (0.25, 10.0), "d": (5.0, 10.0)}
    seen = {"a": (1.0, 1.0), "b": (0.0, 1.0), "c": (1.0, 1.0), "d": (0.0, 1.0)}
    metrics = {(arm, "SWD"): one(*values) for arm, values in swd.items()}
    metrics |= {(arm, "LABEL"): one(*values) for arm, values in seen.items()}
    known = {"a": ["a", "b"], "b": ["c", "d"], "metric": "LABEL", "match": "SWD", "transform": "difference"}
    sample = sampled("nearest_match", Known(metrics), **known)
    assert [(value.a, value.b, value.difference) for value in sample.values] == [(0, 1, -1)]
    assert sample.dropped == 1
    assert sampled("nearest_match", Known(metrics), **known, within=1.1).dropped == 2
    metrics["b", "SWD"] = one(0.0)
    assert sampled("nearest_match", Known(metrics), **known).dropped == 2


def test_a_trade_off_is_a_correlation_of_minus_one(sweep):
    assert sampled("trade_off", sweep, arms=["high", "middle", "low"]).differences == approx([-1.0])


def test_part_of_a_gap():
    metrics = {("vgg", "SWD"): one(1.0), ("alex", "SWD"): one(4.0), ("blurred", "SWD"): one(3.0)}
    sample = sampled(
        "gap_share", Known(metrics), metric="SWD", start="vgg", end="alex", intervention="blurred", part=0.5
    )
    assert sample.differences == approx([math.log(3) - math.log(2)])


def test_there_is_no_part_of_a_gap_that_there_is_not():
    metrics = {
        ("vgg", "SWD"): one(1.0, 1.0),
        ("alex", "SWD"): one(0.9, 1.0),
        ("blurred", "SWD"): one(3.0, 3.0),
    }
    sample = sampled(
        "gap_share", Known(metrics), metric="SWD", start="vgg", end="alex", intervention="blurred", part=0.5
    )
    assert (sample.values, sample.dropped) == ((), 2)


def test_groups_are_apart_by_more_than_their_members():
    """Means of logarithms: 3 and 0 decades, 1 apart within a group and 0.5 within the other."""
    decades = {"a": 3.5, "b": 2.5, "c": 0.25, "d": -0.25}
    metrics = {(arm, "SWD"): one(10**decade, 1.0) for arm, decade in decades.items()}
    sample = sampled("between_groups", Known(metrics), metric="SWD", a=["a", "b"], b=["c", "d"])
    assert sample.differences == approx([math.log(3 / 0.75)])
    assert sample.dropped == 1
    metrics["d", "SWD"] = one(0.0)
    nothing = sampled("between_groups", Known(metrics), metric="SWD", a=["a", "b"], b=["c", "d"])
    assert (nothing.values, nothing.dropped) == ((), 2)


def test_instances_meet_all_conditions_relative_to_controls():
    known = Known(
        {
            ("a", "S"): one(0.2, 0.5),
            ("a", "EDGE"): one(0.9, 0.9),
            ("b", "S"): one(0.1),
            ("b", "EDGE"): one(0.1),
        },
        {("content copied", "S"): one(1.0, 1.0)},
    )
    known.planned = lambda experiment, arm: [Planned(CAT, "own style" if arm == "b" else None), Planned(TOWN)]
    sample = sampled_cases(
        known,
        conditions=[
            {"metric": "S", "at_most": 0.3, "times": "content copied"},
            {"metric": "EDGE", "at_least": 0.3},
        ],
    )
    found = {(value.content, value.style): value.difference for value in sample.values}
    assert found == {CAT: 1.0, TOWN: 0.0, ("cat", "own style"): 0.0}


def test_instances_among_those_that_count():
    known = Known(facts={("a", "size"): one(64, 256), ("a", "seconds"): one(1, 1)})
    known.planned = lambda experiment, arm: [Planned(CAT), Planned(TOWN)]
    conditions = {"conditions": [{"fact": "seconds", "at_most": 10}]}
    sample = sampled_cases(known, arms=["a"], among=[{"fact": "size", "at_least": 256}], **conditions)
    assert [value.content for value in sample.values] == ["town"]
    with pytest.raises(NoEvidenceError, match="no run of the kind"):
        sampled_cases(known, arms=["a"], among=[{"fact": "size", "at_least": 512}], **conditions)


@pytest.mark.parametrize(
    ("condition", "complaint"),
    [
        ({"metric": "S"}, "give one of at_most and at_least"),
        ({"metric": "S", "at_most": 1, "at_least": 0}, "give one of at_most and at_least"),
        ({"at_most": 1}, "give one of metric and fact"),
        ({"metric": "S", "fact": "seconds", "at_most": 1}, "give one of metric and fact"),
        ({"fact": "seconds", "at_most": 1, "times": "content copied"}, "times needs a metric"),
    ],
)
def test_a_condition_that_says_too_little_or_too_much_is_refused(condition, complaint):
    with pytest.raises(ValueError, match=complaint):
        sampled_cases(Known(), conditions=[condition])


@pytest.mark.parametrize(("bound", "met"), [({"at_most": 0.5}, [1, 0]), ({"at_least": 0.5}, [1, 1])])
def test_what_lies_on_a_bound_keeps_it_and_seeds_count_by_their_median(bound, met):
    known = Known({("a", "S"): {CAT: {0: 0.5}, TOWN: {0: 0.6, 1: 0.6, 2: 0.0}}})
    known.planned = lambda experiment, arm: [Planned(CAT), Planned(TOWN)]
    sample = sampled_cases(known, arms=["a"], conditions=[{"metric": "S", **bound}])
    assert sample.differences == met


class Planned:
    """A run of a pair, perhaps with a style of its arm's own."""

    def __init__(self, pair, style=None):
        self.pair = pair
        self.run = type("Run", (), {"style": style or pair[1]})


def sampled_cases(known, arms=("a", "b"), **parameters):
    chosen = find_statistic("instances")
    return chosen.sample(
        chosen.parameters.model_validate({"cases": {"fig": list(arms)}, **parameters}), known
    )


TABLE = pd.DataFrame(
    {
        "picture": ["x", "x", "x", "y", "y", "y"],
        "layer": ["l1", "l2", "l3"] * 2,
        "quantity": ["zeros"] * 6,
        "value": [0.1, 0.2, 0.4, 0.3, 0.1, 0.2],
        "activation": [1.0, 2.0, 3.0, 1.0, 3.0, 2.0],
    }
)


def tabled(table=TABLE, **parameters):
    chosen = find_statistic("table")
    return chosen.sample(
        chosen.parameters.model_validate({"chart": "c", "per": ["picture"], **parameters}),
        Known(tables={"c": table}),
    )


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        ({"reduce": "min"}, [0.1, 0.1]),
        ({"reduce": "max"}, [0.4, 0.3]),
        ({"reduce": "median"}, [0.2, 0.2]),
        ({"reduce": "last"}, [0.4, 0.2]),
        ({"reduce": "trend"}, [1.0, -0.5]),
        ({"reduce": "trend", "along": "activation"}, [1.0, -1.0]),
        ({"reduce": "where_largest", "along": "activation"}, [0.4, 0.1]),
        ({"where": {"layer": "l2"}}, [0.2, 0.1]),
        ({"where": {"layer": ["l2", "l3"]}, "reduce": "min"}, [0.2, 0.1]),
    ],
)
def test_values_out_of_a_table(cells, values):
    sample = tabled(a={"value": "value", **cells})
    assert sample.differences == approx(values)
    assert [value.content for value in sample.values] == ["x", "y"]
    assert sample.noun == "picture"


def test_spread_is_in_decades():
    table = pd.DataFrame({"picture": ["x"] * 2, "value": [1.0, 100.0]})
    assert tabled(table, a={"value": "value", "reduce": "spread"}).differences == approx([1.0])


def test_two_values_out_of_a_table():
    cells = {"value": "value", "where": {"layer": "l1"}}, {"value": "value", "where": {"layer": "l2"}}
    sample = tabled(a=cells[0], b=cells[1], transform="log")
    assert sample.differences == approx([math.log(0.5), math.log(3)])


def test_a_unit_without_a_value_is_dropped():
    table = pd.DataFrame({"picture": ["x", "y"], "value": [math.nan, 2.0]})
    sample = tabled(table, a={"value": "value"})
    assert [(value.content, value.difference) for value in sample.values] == [("y", 2.0)]
    assert sample.dropped == 1


def test_an_ambiguous_cell_has_no_value():
    with pytest.raises(NoEvidenceError):
        tabled(a={"value": "value"})


def test_rows_of_a_table_as_instances():
    chosen = find_statistic("table_share")
    table = pd.DataFrame(
        {"way": ["net", "net", "descent"], "size": [512, 128, 512], "seconds": [0.1, 0.01, 9]}
    )
    parameters = {
        "chart": "c",
        "where": {"way": "net", "size": 512},
        "conditions": {"seconds": {"at_most": 0.05}},
    }
    sample = chosen.sample(chosen.parameters.model_validate(parameters), Known(tables={"c": table}))
    assert sample.differences == [0.0]
    with pytest.raises(NoEvidenceError, match="no row with way net, size 1024"):
        parameters["where"]["size"] = 1024
        chosen.sample(chosen.parameters.model_validate(parameters), Known(tables={"c": table}))


def test_rows_may_hold_one_of_several_values():
    table = pd.DataFrame({"loss": ["style", "content", "total"], "jump": [1.0, 3.0, 1.0]})
    parameters = {
        "chart": "c",
        "where": {"loss": ["style", "content"]},
        "conditions": {"jump": {"at_most": 2}},
    }
    chosen = find_statistic("table_share")
    sample = chosen.sample(chosen.parameters.model_validate(parameters), Known(tables={"c": table}))
    assert sample.differences == [1.0, 0.0]


@pytest.mark.parametrize(
    "cells",
    [{"value": "seconds"}, {"value": "value", "where": {"way": "net"}}, {"value": "value", "along": "depth"}],
)
def test_a_column_that_there_is_not_is_told(cells):
    with pytest.raises(
        InputError, match=r"no column '(seconds|way|depth)'; allowed: picture, layer, quantity"
    ):
        tabled(a=cells)


def test_a_trend_leaves_out_rows_without_a_value():
    """0.2, 0.3, 0.4 rise with 1, 3, 4; the value at 2 is missing."""
    table = pd.DataFrame({"picture": ["x"] * 4, "at": [1, 2, 3, 4], "value": [0.2, math.nan, 0.3, 0.4]})
    sample = tabled(table.iloc[[0, 2, 1, 3]], a={"value": "value", "reduce": "trend", "along": "at"})
    assert sample.differences == approx([1.0])


def test_an_empty_cell_is_no_instance():
    chosen = find_statistic("table_share")
    table = pd.DataFrame({"jump": [math.nan, 3.0, 1.0, math.nan], "chance": [math.nan, 0.0, 0.9, 0.0]})
    conditions = {"jump": {"at_least": 2}, "chance": {"at_most": 0.05}}
    parameters = chosen.parameters.model_validate({"chart": "c", "conditions": conditions})
    assert chosen.sample(parameters, Known(tables={"c": table})).differences == [1.0, 0.0]


def test_rows_without_a_key_are_no_units():
    table = pd.DataFrame({"block": [math.nan, 2, math.nan, 3], "change": [math.nan, 0.5, math.nan, 2.0]})
    sample = tabled(table, per=["block"], a={"value": "change"}, transform="log")
    assert sample.differences == approx([math.log(0.5), math.log(2)])
    assert sample.dropped == 0


def test_the_lowest_barrier_counts():
    """Two lines between results: the loss rises to 3 times its higher end on one, to 2 times on the other."""
    lines = {("one", "two"): (1, 6, 2), ("one", "three"): (1, 8, 4)}
    rows = [
        {"content": "cat", "style": "night", "start": start, "end": end, "place": place, "loss": loss}
        for (start, end), losses in lines.items()
        for place, loss in zip((0.0, 0.5, 1.0), losses, strict=True)
    ]
    chosen = find_statistic("barrier")
    sample = chosen.sample(chosen.parameters(chart="c"), Known(tables={"c": pd.DataFrame(rows)}))
    assert sample.differences == approx([math.log(2)])


# ---- exact ones ----


def facts(id):
    chosen = find_statistic(id)
    return {fact.says: fact.holds for fact in chosen.sample(chosen.parameters(), Known()).facts}


def test_exact_facts():
    assert all(facts("stacked_kernels").values())
    assert any("18 weights where one layer has 25" in says for says in facts("stacked_kernels"))
    assert all(facts("vgg19_layers").values())
    assert any("143,667,240" in says for says in facts("vgg19_layers"))
    assert all(facts("gram_cooccurrence").values())
    assert not any(facts("layer_weights").values())


def test_the_cost_of_gram_matrices_does_not_grow():
    """N^2 M at 512 px: 64^2 512^2 = 512^2 64^2 = 2^30, and 512^2 32^2 = 2^28 at relu5_1."""
    (convolutions, falls), (grams, grow) = facts("gram_cost").items()
    assert falls and not grow
    assert grams.count("1,074 million") == 2 and "268 million" in grams
    assert "67 million" in convolutions


def test_self_convolutions_beside_the_whole_descent():
    """At 512 px the network has 76 million activations and 0.18 trillion multiplications, there and back.

    Self-convolutions have 127 million values, twice; Gram matrices have fewer than a million.
    """
    products, values = facts("spatial_cost").items()
    assert products == ("multiplications with self-convolutions are 1 times those with Gram matrices", True)
    assert values == ("values in memory with self-convolutions are 4.3 times those with Gram matrices", True)


def test_the_memory_of_what_is_written_out():
    """4 N^2 (2 X - 1)^2 bytes: 4 * 64^2 * 1023^2 = 17 GB at relu1_1; 4 * 512^2 * 63^2 = 4.2 GB at relu5_1.

    4 N^2 X^2 bytes: 4 * 2^30 = 4.3 GB at each of four layers of 512 px and a quarter at the fifth.
    """
    chosen = find_statistic("written_out")

    def said(**parameters):
        facts = chosen.sample(chosen.parameters.model_validate(parameters), Known()).facts
        return [(fact.says, fact.holds) for fact in facts]

    (pairs,) = said(values="all pairs of maps")
    assert pairs == (
        "at 512 px the targets take 72 GB, 17 GB of them at relu1_1 and 4.2 GB at relu5_1: more than 12 GB",
        True,
    )
    large, small = said(values="pixel-wise Gram", small=128)
    assert "18 GB, 4.3 GB of them at relu1_1 and 1.1 GB at relu5_1: more than 12 GB" in large[0]
    assert "at 128 px the targets take 1.1 GB" in small[0] and "less than 12 GB" in small[0]
    assert large[1] and small[1]
    assert not said(values="pixel-wise Gram", too_large=256)[0][1]


def test_the_librarys_adain_gives_channels_the_styles_moments(monkeypatch):
    assert all(facts("adain_moments").values())
    halved = modules.align
    monkeypatch.setattr(modules, "align", lambda content, style: (halved(content, style) + content) / 2)
    assert not any(facts("adain_moments").values())


def test_the_librarys_style_loss_sees_moments_only(monkeypatch):
    """A loss of Gram matrices would see the shuffled channels, one of means alone would miss deviations."""
    assert list(facts("moments_loss").values()) == [True] * 3
    with monkeypatch.context() as patched:
        patched.setattr(loss, "style_loss", lambda found, style, form: (found[0] - style[0]).square().mean())
        assert list(facts("moments_loss").values()) == [True, True, False]
    monkeypatch.setattr(channel_moments, "channel_moments", lambda maps: (gram.gram(maps), maps.mean((2, 3))))
    assert list(facts("moments_loss").values()) == [False, True, True]


def test_sides_name_what_is_compared():
    test = ClaimTest(
        statistic="paired",
        says="a is below b",
        side="less",
        parameters={"experiment": "fig", "metric": "C", "a": "one", "b": "content copied"},
    )
    assert test.typed_parameters().sides == ("C of one", "C of content copied")
    assert test.typed_parameters().arms_read == {"fig": ("one",)}
