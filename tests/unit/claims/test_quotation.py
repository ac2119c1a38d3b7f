"""Quotes in their passages."""

import pytest

from nstbench.claims.quotation import marked, quoted_places

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
