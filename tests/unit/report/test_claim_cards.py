"""Cards of claims: what would change a verdict, which pictures decide it, and how the document is cited."""

import math

import pytest

from nstbench.claims.claim import Source
from nstbench.claims.records import ClaimVerdict
from nstbench.report.site.claim_cards import arms_named, bibtex, what_would_change


def claim(verdict: str, **more: object) -> ClaimVerdict:
    entry = {"id": "a-claim-one", "document": "A", "quote": "q", "line": 1, "rule": "directional"}
    return ClaimVerdict.model_validate(entry | {"verdict": verdict, "reason": "r"} | more)


RATIO = {"unit": "log ratio", "bound": 0.0, "floor": math.log(1.1), "estimate": 0.2, "n_pairs": 12}


@pytest.mark.parametrize(
    ("verdict", "more", "words"),
    [
        ("not testable", {}, ""),
        ("not run", {}, "names what is missing"),
        ("inconclusive", RATIO | {"n_pairs": 1, "claimed_side": "less"}, "there is 1 here and at least 6"),
        ("supported", RATIO | {"claimed_side": "greater"}, "median ratio of 1.10 or more"),
        ("contradicted", RATIO | {"claimed_side": "less"}, "median ratio of 0.909 or less"),
        ("inconclusive", RATIO | {"claimed_side": "equal"}, "within 0.909 to 1.10"),
        (
            "inconclusive",
            {"unit": "share", "estimate": 0.4, "n_pairs": 9, "share": 0.5},
            "50 % of the instances",
        ),
    ],
)
def test_a_card_says_what_would_change_its_verdict(verdict: str, more: dict[str, object], words: str) -> None:
    said = what_would_change(claim(verdict, **more))
    assert words in said and bool(said) == bool(words)


def test_only_the_tests_that_fell_are_named_where_others_hold() -> None:
    holds = RATIO | {"claimed_side": "greater", "part_verdict": "supported"}
    fell = RATIO | {"claimed_side": "less", "part_verdict": "contradicted"}
    said = what_would_change(claim("contradicted", **holds, parts=[holds, fell]))
    assert "0.909 or less" in said and "1.10 or more" not in said


def test_sides_name_their_arms_with_and_without_a_metric() -> None:
    assert arms_named("HF of noise/10") == ["noise/10"]
    assert arms_named("lbfgs/15, lbfgs/30") == ["lbfgs/15", "lbfgs/30"]


def test_a_citation_names_the_document_and_its_claim_and_escapes_what_bibtex_would_read() -> None:
    source = Source.model_validate(
        {
            "id": "burr",
            "title": "Burr",
            "authors": ["A. Burr", "C. D. Ell"],
            "year": 1801,
            "reference": 'A. Burr. "50 % of {it} & more". 1801.',
            "link": "https://example.org/a_b",
        }
    )
    assert bibtex(claim("supported"), source).splitlines() == [
        "@misc{burr1801,",
        "  author = {A. Burr and C. D. Ell},",
        r"  title = {50 \% of \{it\} \& more},",
        "  year = {1801},",
        "  url = {https://example.org/a_b},",
        "  note = {Claim a-claim-one: supported, by nstbench},",
        "}",
    ]
