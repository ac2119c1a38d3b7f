"""The report by documents: what each one's figures and claims have become."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from nstbench.pipeline.experiment import short_name
from nstbench.report.chart_section import ChartSection
from nstbench.report.section import Section
from nstbench.report.verdicts.records import Claim
from nstbench.report.verdicts.tally import Tally, tally


@dataclass
class Document:
    """One document; `id` is its short name, `notebook` the address of its notebook, less the suffix."""

    title: str
    sections: list[Section | ChartSection] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    notebook: str | None = None

    @property
    def id(self) -> str:
        return short_name(self.title)

    @property
    def tally(self) -> Tally:
        return tally(self.claims)


def documents(
    sections: Iterable[Section | ChartSection], claims: Iterable[Claim], reports: Path
) -> list[Document]:
    """Every document that a figure or a claim comes from, in the order in which they come."""
    found: dict[str, Document] = {}
    for section in sections:
        title = section.entry.source.document
        found.setdefault(short_name(title), Document(title)).sections.append(section)
    for claim in claims:
        found.setdefault(short_name(claim.document), Document(claim.document)).claims.append(claim)
    for document in found.values():
        document.notebook = notebook_address(document.id, reports)
    return list(found.values())


def neighbours(sections: Sequence[Section | ChartSection], place: int) -> dict[str, Section | ChartSection]:
    """The figures before and after the one at `place`."""
    around = {"Previous": place - 1, "Next": place + 1}
    return {name: sections[at] for name, at in around.items() if 0 <= at < len(sections)}


def notebook_address(name: str, reports: Path) -> str | None:
    """Where a notebook is, less the suffix; nothing where there is none."""
    address = f"notebooks/{name}"
    return address if (reports / f"{address}.html").is_file() else None
