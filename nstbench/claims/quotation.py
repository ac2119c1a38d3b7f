"""Where a quotation stands in its passage."""

import re


def quoted_places(quote: str, passage: str) -> list[tuple[int, int]] | None:
    """Start and end in `passage` of what is quoted, piece by piece; None where it is not there word for word.

    A quote leaves out what an ellipsis stands for, and its pieces come in the order of the passage. Line
    breaks and the number of spaces do not count.
    """
    found, place = [], 0
    for piece in re.split(r"\s*(?:\[(?:…|\.\.\.)\]|…|\.\.\.)\s*", quote):
        if not (words := piece.split()):
            continue
        match = re.compile(r"\s+".join(map(re.escape, words))).search(passage, place)
        if match is None:
            return None
        place = match.end()
        found.append(match.span())
    return found or None


def marked(quote: str, passage: str) -> list[tuple[str, bool]]:
    """The passage in pieces, each with whether it is quoted."""
    pieces, place = [], 0
    for start, end in quoted_places(quote, passage) or []:
        pieces += [(passage[place:start], False), (passage[start:end], True)]
        place = end
    return [(text, quoted) for text, quoted in [*pieces, (passage[place:], False)] if text]
