"""Claims on the page: read, put into words, counted and drawn."""

import math
import re

import altair as alt
import pytest
from report_tree import MEASURED, RATIOS, claim

from nstbench.claims.records import ClaimVerdict, Finding, Verdict
from nstbench.report.site.vega.evidence import evidence_drawing, evidence_spec
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


def drawn(**changes: object) -> tuple[dict[str, list[dict[str, float]]], dict[str, object]]:
    """What is drawn of a finding, by layer, and the horizontal scale."""
    spec = evidence_spec(finding(**changes))
    assert spec is not None
    alt.Root.validate(spec)
    return spec["datasets"], spec["layer"][0]["encoding"]["x"]["scale"]


def test_dots_median_interval_bound_and_side_are_where_they_belong() -> None:
    data, scale = drawn()
    assert scale["type"] == "log"
    low, high = scale["domain"]
    assert low < min(RATIOS) and max(RATIOS) < high
    assert [dot["value"] for dot in data["dots"]] == pytest.approx(RATIOS)
    assert data["dots"][0]["label"] == "c0 with swirls: 0.700"
    (summary,) = data["summary"]
    assert [summary[name] for name in ("estimate", "low", "high")] == pytest.approx([0.8, 0.72, 0.9])
    assert data["bound"] == [{"bound": 1.0}]
    assert data["claimed"] == [{"from": low, "to": pytest.approx(1 / 1.1)}]


@pytest.mark.parametrize(
    ("side", "left", "right"), [("greater", 1.1, None), ("less", None, 1 / 1.1), ("equal", 1 / 1.1, 1.1)]
)
def test_the_claimed_side_is_that_of_the_claim(side: str, left: float | None, right: float | None) -> None:
    data, scale = drawn(claimed_side=side)
    low, high = scale["domain"]
    (band,) = data["claimed"]
    assert band["from"] == pytest.approx(low if left is None else left)
    assert band["to"] == pytest.approx(high if right is None else right)


def test_differences_are_drawn_as_they_are() -> None:
    changes = {"unit": "difference", "estimate": 0.5, "interval": [0.2, 0.8], "bound": 0.1, "floor": 0.3}
    data, scale = drawn(**changes, claimed_side="greater", values=values(0.2, 0.5, 0.9))
    assert scale["type"] == "linear" and data["claimed"][0]["from"] == 0.4
    assert [dot["value"] for dot in data["dots"]] == [0.2, 0.5, 0.9]


def test_instances_are_dots_at_no_and_at_yes_with_their_share() -> None:
    changes = {"unit": "share", "estimate": 0.75, "interval": [0.2, 0.9], "claimed_side": "exists"}
    data, _ = drawn(**changes, values=values(1.0, 1.0, 1.0, 0.0))
    assert [dot["value"] for dot in data["dots"]] == [1, 1, 1, 0]
    assert data["summary"][0]["estimate"] == 0.75
    assert not data["claimed"] and not data["bound"]


def test_the_drawing_is_svg_in_the_colours_of_the_page_that_names_its_dots() -> None:
    svg = evidence_drawing(finding(values=values(*[0.0] * 3, -0.3), n_pairs=4))
    assert svg.startswith("<svg") and "var(--series-0)" in svg and "c with s: 0.741" in svg
    dots = re.findall(r'aria-label="c with s: 1.00"[^>]*?translate\(([\d.]+),([\d.]+)\)', svg)
    # Dots that would cover each other stand above each other.
    assert len({left for left, _ in dots}) == 1 and len({top for _, top in dots}) == len(dots) == 3


def test_nothing_is_drawn_of_nothing() -> None:
    assert evidence_spec(finding(estimate=None)) is None
    assert evidence_drawing(finding(values=[])) == ""
