"""Verdicts on the claims of the documents, as tables and evidence for a notebook."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import pandas as pd
from IPython.display import HTML
from pandas.io.formats.style import Styler

from nstbench.claims.records import ClaimVerdict, Verdict, Verdicts, read_verdicts
from nstbench.core.errors import InputError
from nstbench.report.notebook.results import folder_with_results
from nstbench.report.notebook.tables import worded
from nstbench.report.site.templating import site_environment
from nstbench.report.verdicts.tables import (
    claims_table,
    contradictions_table,
    counts_table,
    document_of,
    documents_of,
    values_table,
)


@dataclass(frozen=True)
class Claims:
    """The verdict on every claim of the documents, read from results/claims.json."""

    verdicts: Verdicts

    @classmethod
    def open(cls, folder: Path | None = None) -> Self:
        """Without `folder`, results are looked for as in `Document.open`; InputError when there are none."""
        return cls(read_verdicts((folder or folder_with_results()) / "results" / "claims.json"))

    def counts(self) -> pd.DataFrame:
        """How many claims have which verdict: a row per document, by its short name."""
        return counts_table(self.verdicts.claims)

    def table(self, document: str | None = None, verdict: str | None = None) -> Styler:
        """A row per claim: those of one document and of one verdict, where they are named.

        The rows are in `.data` of what is returned. InputError on an unknown name.
        """
        claims = self.verdicts.claims
        _expect("document", document, documents_of(claims))
        _expect("verdict", verdict, list(Verdict))
        chosen = [
            claim
            for claim in claims
            if document in (None, document_of(claim)) and verdict in (None, claim.verdict)
        ]
        return worded(claims_table(chosen), f"{document}-{verdict}")

    def show(self, id: str) -> HTML:
        """A claim with its evidence: a dot per pair, median and interval, and the side that is claimed."""
        template = site_environment().get_template("claim_alone.html.j2")
        claim = self._claim(id)
        return HTML(template.render(claim=claim, source=self.verdicts.source(claim)))

    def values(self, id: str) -> pd.DataFrame:
        """What the verdict of a claim rests on: a row per test and pair."""
        return values_table(self._claim(id))

    def contradictions(self) -> Styler:
        """Where the documents cannot all be right, and which position stands."""
        return worded(contradictions_table(self.verdicts.contradictions), "contradictions")

    def _claim(self, id: str) -> ClaimVerdict:
        found = {claim.id: claim for claim in self.verdicts.claims}.get(id)
        if found is None:
            raise InputError(f"unknown claim {id!r}; table() lists all of them")
        return found


def _expect(what: str, name: str | None, allowed: Sequence[str]) -> None:
    if name not in (None, *allowed):
        raise InputError(f"unknown {what} {name!r}; allowed: {', '.join(allowed)}")
