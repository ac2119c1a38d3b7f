"""Claims on the page: read, put into words, counted and drawn."""

import math

import pytest
from report_tree import MEASURED, RATIOS, claim

from nstbench.claims.records import ClaimVerdict, Finding, Verdict
from nstbench.report.site.svg.dot_plot import GROUND, LEFT, PITCH, RIGHT, ROOM, dot_plot
from nstbench.report.verdicts.counts import SIGNS, count_verdicts
from nstbench.report.verdicts.wording import finding_in_words, rule_in_words


def finding(**changes: object) -> Finding:
    return Finding.model_validate({"claimed_side": "less", **MEASURED, **changes})


def values(*differences: float, style: str = "s") -> list[dict[str, object]]:
    pair = {"content": "c", "style": style, "a": 1.0, "b": 1.0}
    return [{**pair, "difference": value} for value in differences]


def test_every_verdict_has_its_sign() -> None:
    assert len(set(SIGNS.values())) == len(Verdict) == 5


def test_claims_are_counted_in_a_fixed_order() -> None:
    claims = [
        ClaimVerdict.model_validate(claim("x", verdict)) for verdict in ("not run", "supported", "not run")
    ]
    assert count_verdicts(claims).counts == {"supported": 1, "not run": 2}
    assert count_verdicts(claims).total == 3


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "“weak” is 20 % below “strong”: median ratio 0.800 of 6 pairs, 95 % interval 0.720 to 0.900."),
        (
            {"estimate": math.log(1.5), "interval": None},
            "“weak” is 50 % above “strong”: median ratio 1.50 of 6 pairs.",
        ),
        (
            {"estimate": math.log(4), "interval": None, "n_pairs": 1, "arms": None},
            "the first is 4.00 times the second: ratio 4.00 of 1 pair.",
        ),
        ({"estimate": 0.0, "interval": None}, "“weak” equals “strong”: median ratio 1.00 of 6 pairs."),
        (
            {"unit": "rank correlation", "estimate": -0.9, "interval": [-1, -0.5]},
            "Median rank correlation is −0.900 of 6 pairs, 95 % interval −1.00 to −0.500.",  # noqa: RUF001
        ),
        (
            {
                "unit": "share",
                "claimed_side": "exists",
                "estimate": 0.25,
                "interval": [0.1, 0.5],
                "n_pairs": 8,
            },
            "2 of 8 instances (25 %), 95 % interval 10 % to 50 %.",
        ),
        (
            {"unit": "share of entries", "estimate": 0.5, "interval": None, "values": values(0.5, style="")},
            "Median share of entries is 0.500 of 6 values.",
        ),
        ({"estimate": None}, ""),
    ],
)
def test_findings_in_words(changes: dict[str, object], words: str) -> None:
    assert finding_in_words(finding(**changes)) == words


def test_every_rule_of_the_project_is_explained() -> None:
    from nstbench.claims.rules import RULES

    assert all(rule_in_words(id) for id in (*RULES, "not-testable"))
    assert rule_in_words("another") == ""


def test_dots_median_interval_floor_and_side_are_where_they_belong() -> None:
    plot = dot_plot(finding())
    assert plot is not None
    assert plot.scale.logarithmic
    assert [dot.left for dot in plot.dots] == [plot.scale.place(ratio) for ratio in RATIOS]
    assert plot.median == plot.scale.place(0.8)
    assert plot.interval == pytest.approx((plot.scale.place(0.72), plot.scale.place(0.9)), abs=0.11)
    assert plot.bound == plot.scale.place(1.0)
    assert plot.band is not None
    assert (plot.band.left, plot.band.right) == (LEFT, pytest.approx(plot.scale.place(1 / 1.1), abs=0.11))
    assert plot.description == "6 dots from 0.700 to 1.20; 5 of them on the claimed side, beyond the floor."
    assert plot.dots[0].label == "c0 with swirls: 0.700"


@pytest.mark.parametrize(
    ("side", "left", "right"), [("greater", 1.1, None), ("less", None, 1 / 1.1), ("equal", 1 / 1.1, 1.1)]
)
def test_the_claimed_side_is_that_of_the_claim(side: str, left: float | None, right: float | None) -> None:
    plot = dot_plot(finding(claimed_side=side))
    assert plot is not None and plot.band is not None
    assert plot.band.left == (LEFT if left is None else pytest.approx(plot.scale.place(left), abs=0.11))
    assert plot.band.right == (RIGHT if right is None else pytest.approx(plot.scale.place(right), abs=0.11))


def test_differences_are_drawn_as_they_are() -> None:
    changes = {"unit": "difference", "estimate": 0.5, "interval": [0.2, 0.8], "bound": 0.1, "floor": 0.3}
    plot = dot_plot(finding(**changes, claimed_side="greater", values=values(0.2, 0.5, 0.9)))
    assert plot is not None and not plot.scale.logarithmic
    assert plot.band is not None and plot.band.left == plot.scale.place(0.4)
    assert [dot.left for dot in plot.dots] == [plot.scale.place(value) for value in (0.2, 0.5, 0.9)]


def test_dots_that_would_cover_each_other_stand_above_each_other() -> None:
    plot = dot_plot(finding(values=values(*[0.0] * 3, -0.3), n_pairs=4))
    assert plot is not None
    assert [dot.above for dot in plot.dots] == [GROUND, GROUND + PITCH, GROUND + 2 * PITCH, GROUND]
    many = dot_plot(finding(values=values(*[0.0] * 700, -0.3)))
    assert many is not None and many.height < GROUND + ROOM + 31


def test_instances_are_dots_at_no_and_at_yes_with_their_share() -> None:
    changes = {"unit": "share", "estimate": 0.75, "interval": [0.2, 0.9], "claimed_side": "exists"}
    plot = dot_plot(finding(**changes, values=values(1.0, 1.0, 1.0, 0.0)))
    assert plot is not None
    assert [dot.left for dot in plot.dots] == [plot.scale.place(value) for value in (1, 1, 1, 0)]
    assert plot.median == plot.scale.place(0.75)
    assert plot.band is None and plot.bound is None


def test_nothing_is_drawn_of_nothing() -> None:
    assert dot_plot(finding(estimate=None)) is None
    assert dot_plot(finding(values=[])) is None
