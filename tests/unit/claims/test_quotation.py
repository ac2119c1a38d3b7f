"""Quotes in their passages."""

import re

import pytest

from nstbench.claims.quotation import marked, quoted_places
from nstbench.claims.register import load_register
from nstbench.pipeline.project import CHECKOUT, Project

PASSAGE = "First one. Second one,\n  longer (a.b)? Third one. Second one again."


@pytest.mark.parametrize(
    ("quote", "pieces"),
    [
        ("First one.", ["First one."]),
        ("Second one, longer (a.b)?", ["Second one,\n  longer (a.b)?"]),
        ("First one. … Third one.", ["First one.", "Third one."]),
        ("First one. [...] Second one again.", ["First one.", "Second one again."]),
        ("… Third one. …", ["Third one."]),
        ("Third one. … First one.", None),
        ("Second one, longer (axb)?", None),
        ("second one", None),
        ("…", None),
    ],
)
def test_quotes_stand_word_for_word_and_in_order(quote, pieces):
    places = quoted_places(quote, PASSAGE)
    assert (places and [PASSAGE[start:end] for start, end in places]) == pieces


def test_a_marked_passage_loses_nothing():
    pieces = marked("First one. … Third one.", PASSAGE)
    assert "".join(text for text, _ in pieces) == PASSAGE
    assert [text for text, quoted in pieces if quoted] == ["First one.", "Third one."]
    assert marked("not there", PASSAGE) == [(PASSAGE, False)]


# What stands before these sentences ends without a stop: a formula, or a heading of the same line.
BEHIND_SOMETHING_ELSE = ("soboleva-claim-arbitrary", "soboleva-claim-l10", "jain-claim-more-layers")
SENTENCE_ENDS = re.compile(r"[.!?:]\W*$")


def test_quotes_are_whole_sentences_of_their_passages():
    """Points of slides begin with a dash and may end with nothing."""
    for claim in load_register(Project.load(CHECKOUT)).claims:
        for start, end in quoted_places(claim.quote, claim.passage):
            before, quoted, after = claim.passage[:start], claim.passage[start:end], claim.passage[end:]
            begins = not before.strip() or before.rstrip().endswith("-") or SENTENCE_ENDS.search(before)
            assert begins or claim.id in BEHIND_SOMETHING_ELSE, claim.id
            assert SENTENCE_ENDS.search(quoted) or after.lstrip()[:1] in ("", "-"), claim.id
        assert len(claim.passage.split()) <= 130, claim.id
