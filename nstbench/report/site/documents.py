"""The site by documents: the pages of each one's figures, and its claims."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from nstbench.claims.claim import Source
from nstbench.claims.records import ClaimVerdict, Verdicts
from nstbench.pipeline.experiment import short_name
from nstbench.report.site.addresses import notebook_address
from nstbench.report.site.chart_page import ChartPage
from nstbench.report.site.experiment_page import ExperimentPage
from nstbench.report.verdicts.counts import VerdictCounts, count_verdicts

FigurePage = ExperimentPage | ChartPage


@dataclass
class Document:
    """One document; `id` is its short name, `notebook` the address of its notebook, without the suffix.

    `source` says where it is to be had, as far as claims.json knows it.
    """

    title: str
    figures: list[FigurePage] = field(default_factory=list)
    claims: list[ClaimVerdict] = field(default_factory=list)
    notebook: str | None = None
    source: Source | None = None

    @property
    def id(self) -> str:
        """The name of its first author."""
        return short_name(self.title)

    @property
    def first_author(self) -> str:
        """The first word of its title, as it is written."""
        return self.title.split()[0].rstrip(",")

    @property
    def verdict_counts(self) -> VerdictCounts:
        """How many of its claims have which verdict."""
        return count_verdicts(self.claims)


def group_by_document(figures: Iterable[FigurePage], verdicts: Verdicts, reports: Path) -> list[Document]:
    """Every document that a figure or a claim comes from, in the order in which they come."""
    found: dict[str, Document] = {}
    for figure in figures:
        title = figure.entry.source.document
        found.setdefault(short_name(title), Document(title)).figures.append(figure)
    for claim in verdicts.claims:
        found.setdefault(short_name(claim.document), Document(claim.document)).claims.append(claim)
    for document in found.values():
        document.notebook = notebook_address(document.id, reports)
        document.source = next((source for source in verdicts.documents if source.id == document.id), None)
    return list(found.values())


def neighbours(figures: Sequence[FigurePage], place: int) -> dict[str, FigurePage]:
    """The figures before and after the one at `place`, as far as there are any."""
    around = {"Previous": place - 1, "Next": place + 1}
    return {name: figures[at] for name, at in around.items() if 0 <= at < len(figures)}
