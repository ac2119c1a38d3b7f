"""A claim as a card: its verdict in plain English, its pictures, what would change it, and how to cite it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nstbench.claims.claim import Source
from nstbench.claims.records import ClaimVerdict, Verdict
from nstbench.claims.significance import LEAST_PAIRS
from nstbench.report.site.chart_page import ChartPage
from nstbench.report.site.documents import Document, FigurePage
from nstbench.report.verdicts.wording import limits_in_words

# What the verdict means for a reader; the finding follows where there is one.
HEADLINES = {
    Verdict.SUPPORTED: "It holds",
    Verdict.CONTRADICTED: "It fell",
    Verdict.INCONCLUSIVE: "It stays open",
    Verdict.NOT_TESTABLE: "No measurement decides it",
    Verdict.NOT_RUN: "It has not been tested here",
}
# What BibTeX would take for a command or a bracket.
SPECIAL = re.compile(r"([&%$#_{}])")


@dataclass(frozen=True)
class CardPicture:
    """A picture that a claim rests on; its address counts from the first page, `page` is the figure's."""

    address: str
    caption: str
    page: str
    is_inked: bool = False


@dataclass(frozen=True)
class ClaimCard:
    """All that a card shows beside the record of the claim."""

    claim: ClaimVerdict
    document: Document
    headline: str
    change: str
    pictures: tuple[CardPicture, ...]
    bibtex: str


def make_cards(
    documents: Sequence[Document], figures: Mapping[str, FigurePage]
) -> dict[str, list[ClaimCard]]:
    """The cards of each document, by its id; `figures` are the pages of figures by their ids."""
    return {
        document.id: [
            ClaimCard(
                claim,
                document,
                HEADLINES[claim.verdict],
                what_would_change(claim),
                tuple(decisive_pictures(claim, figures)),
                bibtex(claim, document.source) if document.source else "",
            )
            for claim in document.claims
        ]
        for document in documents
    }


def decisive_pictures(claim: ClaimVerdict, figures: Mapping[str, FigurePage]) -> list[CardPicture]:
    """The pictures of the two arms that are compared, else a chart, else the ends of a panel; two at most."""
    for id in claim.figures:
        page = figures.get(id)
        address = f"figures/{id}.html"
        if isinstance(page, ChartPage):
            return [CardPicture(f"figures/{page.drawing}", page.entry.title, address, page.is_inked)]
        if page is None:
            continue
        tiles = page.panels[0].tiles
        results = [tile for tile in tiles if tile.run]
        by_arm = {tile.run.planned.arm.id: tile for tile in results if tile.run}
        compared = [
            by_arm[arm]
            for finding in claim.findings
            for side in finding.arms or ()
            for arm in arms_named(side)
            if arm in by_arm
        ]
        chosen = list({tile.name: tile for tile in compared}.values())
        if len(chosen) < 2:
            chosen = [*chosen, *(tile for tile in [*results[:1], *results[-1:]] if tile not in chosen)]
        return [CardPicture(f"tiles/{tile.name}.jpg", tile.caption, address) for tile in chosen[:2]]
    return []


def arms_named(side: str) -> list[str]:
    """The ids of arms in one side of a comparison, such as `HF of noise/10` or `lbfgs/15, lbfgs/30`."""
    return [part.rpartition(" of ")[2] for part in side.split(", ")]


def what_would_change(claim: ClaimVerdict) -> str:
    """Which result would give another verdict, in a sentence or two; empty where none could."""
    measured = [finding for finding in claim.findings if finding.estimate is not None]
    if claim.verdict is Verdict.NOT_TESTABLE:
        return ""
    if claim.verdict is Verdict.NOT_RUN or not measured:
        return "A run of what it asks for: the reason above names what is missing."
    if claim.verdict is Verdict.INCONCLUSIVE and all(finding.n_pairs < LEAST_PAIRS for finding in measured):
        most = max(finding.n_pairs for finding in measured)
        return (
            f"More pairs: there {'is' if most == 1 else 'are'} {most} here and at least {LEAST_PAIRS} are "
            "needed. The profile decisive runs 24 of them."
        )
    if claim.verdict is not Verdict.SUPPORTED:
        # The tests that keep it from holding are the ones to turn over.
        measured = [
            finding for finding in measured if finding.part_verdict in (None, claim.verdict)
        ] or measured
    limits = [said for finding in measured if (said := limits_in_words(finding))]
    if not limits:
        return "Another result of the arithmetic or of the instances below; there is no sample to enlarge."
    kept = "; and ".join(limits)
    wanted = {
        Verdict.SUPPORTED: f"It would fall back to open without {kept}.",
        Verdict.CONTRADICTED: f"It would hold with {kept}.",
        Verdict.INCONCLUSIVE: f"It would hold with {kept}.",
    }
    return wanted[claim.verdict]


def bibtex(claim: ClaimVerdict, source: Source) -> str:
    """An entry for the document, with a note on the claim and its verdict."""
    quoted = re.search(r'"(.+?)"', source.reference)
    fields = {
        "author": " and ".join(source.authors),
        "title": quoted[1] if quoted else source.title,
        "year": str(source.year or ""),
        "url": source.link or "",
        "note": f"Claim {claim.id}: {claim.verdict}, by nstbench",
    }
    escaped = {
        name: value if name == "url" else SPECIAL.sub(r"\\\1", value) for name, value in fields.items()
    }
    lines = [f"  {name} = {{{value}}}," for name, value in escaped.items() if value]
    return "\n".join([f"@misc{{{source.id}{source.year or ''},", *lines, "}"])
