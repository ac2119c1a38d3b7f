"""Statistics over the points of a sweep, over drawings and over styles, on values whose answer is known."""

import math

import pandas as pd
import pytest
from pytest import approx

from nstbench.claims.sample import NoEvidenceError
from nstbench.claims.statistics import find_statistic

FACTORS = (0.1, 1.0, 10.0, 100.0, 1000.0)
CAT = ("cat", "waves")


class Known:
    """Evidence out of dictionaries: values by (arm, metric, factor) or (copied, metric), then by pair."""

    def __init__(self, metrics=None, controls=None, tables=None, factors=FACTORS):
        self.metrics, self.controls, self.tables = metrics or {}, controls or {}, tables or {}
        self.points = factors

    def factors(self, experiment, arm):
        return self.points

    def metric(self, experiment, arm, metric, factor=1.0):
        if (arm, metric, factor) not in self.metrics:
            raise NoEvidenceError(f"no {metric} of {arm} at {factor}")
        return self.metrics[arm, metric, factor]

    def control(self, experiment, arm, copied, metric):
        return self.controls[copied, metric]

    def chart(self, id):
        return self.tables[id]

    def table_name(self, chart):
        return f"the table of {chart}"


def swept(arm, **metrics):
    """A value of the cat for each factor."""
    return {
        (arm, metric, factor): {CAT: {0: value}}
        for metric, values in metrics.items()
        for factor, value in zip(FACTORS, values, strict=True)
    }


def sampled(id, evidence, **parameters):
    chosen = find_statistic(id)
    return chosen.sample(chosen.parameters.model_validate(parameters), evidence)


def test_the_price_of_keeping_the_content():
    """S of 0.4 is the best with C of 0.2 or less, a tenth of the style's; 0.1 is the best of all."""
    metrics = swept("arm", C_judge=(0.9, 0.5, 0.2, 0.1, 0.05), S_judge=(0.1, 0.2, 0.4, 0.8, 1.5))
    asked = {"experiment": "fig", "arm": "arm"}
    controls = {("style copied", "C_judge"): {CAT: {0: 2.0}}}
    kept = sampled("price_of_content", Known(metrics, controls), **asked, part=0.1)
    assert kept.differences == approx([math.log(0.4 / 0.1)])
    none = sampled("price_of_content", Known(metrics, controls), **asked, part=0.01)
    assert (none.values, none.dropped) == ((), 1)
    with pytest.raises(NoEvidenceError, match="arm of fig: 1 point here"):
        sampled("price_of_content", Known(metrics, controls, factors=(1.0,)), **asked, part=0.1)


def test_a_picture_beside_the_curve_of_a_sweep():
    """The curve y = 1 / x, y being two metrics added; the picture has a quarter of it at x = 3."""
    curve = (0.1, 1.0, 10.0, 100.0, 1000.0)
    metrics = swept("full", COLc=curve, S4=[0.25 / x for x in curve], S16=[0.75 / x for x in curve])
    point = {"COLc": 3.0, "S4": 0.02, "S16": 0.25 / 3 - 0.02}
    metrics |= {("arm", metric, 1.0): {CAT: {0: value}} for metric, value in point.items()}
    asked = {"experiment": "fig", "arm": "arm", "sweep": "full", "x": "COLc", "y": ["S4", "S16"]}
    sample = sampled("below_curve", Known(metrics), **asked)
    assert sample.differences == approx([math.log(0.25)])
    with pytest.raises(NoEvidenceError, match="run with a profile that has sweeps"):
        sampled("below_curve", Known(metrics, factors=(1.0, 10.0)), **asked)


def test_two_of_three_metrics_rise_from_drawing_to_drawing():
    """Over arms a, b, c: in the first drawing two metrics rise and one falls, in the second one rises."""
    rises, falls = (1.0, 2.0, 3.0), (3.0, 2.0, 1.0)
    curves = {1.0: (rises, falls, rises), 2.0: (falls, rises, falls)}
    metrics = {
        (arm, metric, factor): {CAT: {0: values[place]}}
        for factor, three in curves.items()
        for metric, values in zip(("ACL", "PNG", "GABOR"), three, strict=True)
        for place, arm in enumerate("abc")
    }
    sample = sampled(
        "trend_of_drawings",
        Known(metrics, factors=(1.0, 2.0)),
        experiment="fig",
        arms=["a", "b", "c"],
        metrics=["ACL", "PNG", "GABOR"],
    )
    assert [(value.content, value.difference) for value in sample.values] == [
        ("drawing 1", approx(1.0)),
        ("drawing 2", approx(-1.0)),
    ]
    assert sample.noun == "drawing"


def test_results_that_go_by_their_styles():
    """Even styles are a and b, whose results are half as uneven as usual; c and d are twice as uneven."""
    even = {"a": 0.9, "b": 0.8, "c": 0.2, "d": 0.1}
    uneven = {"a": 0.1, "b": 0.1, "c": 0.4, "d": 0.4}
    contents = ("cat", "town")
    metrics = {("arm", "Sdev", 1.0): {(c, s): {0: uneven[s]} for c in contents for s in even}}
    controls = {("style copied", "EVEN"): {(c, s): {0: even[s]} for c in contents for s in even}}
    asked = {"experiment": "fig", "arm": "arm", "metric": "Sdev", "given": "EVEN"}
    sample = sampled("across_styles", Known(metrics, controls), **asked)
    usual = (0.1 + 0.4) / 2
    expected = {"a": math.log(0.1 / usual), "b": math.log(0.1 / usual), "c": -math.log(0.4 / usual)}
    found = {value.style: value.difference for value in sample.values}
    assert found == approx(expected | {"d": expected["c"]})
    assert all(difference < 0 for difference in sample.differences) and len(sample.values) == 8


def test_a_style_in_the_middle_says_nothing():
    values = {("cat", style): {0: value} for style, value in zip("abc", (1.0, 2.0, 3.0), strict=True)}
    known = Known({("arm", "Sdev", 1.0): values}, {("style copied", "EVEN"): values})
    sample = sampled("across_styles", known, experiment="fig", arm="arm", metric="Sdev", given="EVEN")
    assert {value.style: value.difference for value in sample.values} == approx(
        {"a": -math.log(1 / 2), "c": math.log(3 / 2)}
    )
    assert sample.dropped == 1


def test_two_mistakes_are_told_apart():
    """From noise their values are 1.2 apart, from the content 0.1, or 0 where nothing happens."""
    values = {"noise/slow": 1.5, "noise/heavy": 0.3, "content/slow": 0.0, "content/heavy": 0.1}
    known = Known({(arm, "C", 1.0): {CAT: {0: value}} for arm, value in values.items()})
    known.metric = lambda experiment, arm, metric: known.metrics[arm, metric, 1.0]
    names = {"a": ["noise/slow", "noise/heavy"], "b": ["content/slow", "content/heavy"]}
    sample = sampled("told_apart", known, experiment="fig", metric="C", **names)
    assert sample.differences == approx([1.2 - 0.1])
    known.metrics["content/heavy", "C", 1.0] = {CAT: {0: 0.0}}
    assert sampled("told_apart", known, experiment="fig", metric="C", **names).differences == approx([1.2])


def test_what_rises_with_depth_by_one_of_several_normalisers():
    rows = [
        *({"picture": "night", "quantity": "small", "place": "", "value": v} for v in (0.1, 0.3, 0.2, 0.4)),
        *({"picture": "night", "quantity": "mean", "place": "G", "value": v} for v in (4, 3, 2, 1)),
        *({"picture": "night", "quantity": "mean", "place": "G/M", "value": v} for v in (1, 2, 3, 4)),
        *({"picture": "waves", "quantity": "small", "place": "", "value": v} for v in (4, 3, 2, 1)),
    ]
    known = Known(tables={"entries": pd.DataFrame(rows)})

    def fact(at_least, *choices):
        asked = [{"picture": "night", **choice} for choice in choices]
        (found,) = sampled("rising", known, chart="entries", at_least=at_least, any_of=asked).facts
        return found

    small = fact(0.8, {"quantity": "small"})
    assert small.holds and "small 0.100, 0.300, 0.200, 0.400 (rank correlation 0.80)" in small.says
    assert not fact(0.9, {"quantity": "small"}).holds
    means = [{"quantity": "mean", "place": place} for place in ("G", "G/M")]
    assert not fact(0.8, means[0]).holds
    assert fact(0.8, *means).holds
    with pytest.raises(NoEvidenceError, match="no such values in the table of entries"):
        fact(0.8, {"quantity": "median"})
