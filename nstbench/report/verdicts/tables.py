"""Claims and contradictions as tables, in the words of the pages."""

from collections.abc import Sequence
from dataclasses import asdict

import pandas as pd

from nstbench.claims.records import ClaimVerdict, ContradictionOutcome, Verdict
from nstbench.pipeline.experiment import short_name
from nstbench.pipeline.usage import distinct
from nstbench.report.verdicts.counts import count_verdicts
from nstbench.report.verdicts.wording import finding_in_words


def document_of(claim: ClaimVerdict) -> str:
    """The short name of the claim's document."""
    return short_name(claim.document)


def documents_of(claims: Sequence[ClaimVerdict]) -> list[str]:
    """The short names of the documents, each once."""
    return distinct(map(document_of, claims))


def counts_table(claims: Sequence[ClaimVerdict]) -> pd.DataFrame:
    """How many claims have which verdict: a row per document, and `all`."""
    own = {name: [claim for claim in claims if document_of(claim) == name] for name in documents_of(claims)}
    counts = {name: count_verdicts(some).counts for name, some in (own | {"all": claims}).items()}
    return (
        pd.DataFrame.from_dict(counts, "index").reindex(columns=list(map(str, Verdict))).fillna(0).astype(int)
    )


def claims_table(claims: Sequence[ClaimVerdict]) -> pd.DataFrame:
    """A row per claim, with what was found, or why nothing was."""
    rows = {
        claim.id: (
            document_of(claim),
            str(claim.verdict),
            claim.quote,
            finding_in_words(claim) or claim.reason,
        )
        for claim in claims
    }
    columns = ["document", "verdict", "the document says", "found"]
    return pd.DataFrame.from_dict(rows, "index", columns=columns)


def values_table(claim: ClaimVerdict) -> pd.DataFrame:
    """A row per pair and test of a claim, with the two values compared and their difference."""
    rows = [{**asdict(value), "test": finding.says} for finding in claim.findings for value in finding.values]
    return pd.DataFrame(rows, columns=["content", "style", "a", "b", "difference", "test"])


def contradictions_table(contradictions: Sequence[ContradictionOutcome]) -> pd.DataFrame:
    """A row per topic on which the documents cannot all be right."""
    rows = {}
    for each in contradictions:
        positions = [
            f"{place}. {', '.join(position.documents)}: {position.says}"
            for place, position in enumerate(each.positions, 1)
        ]
        rows[each.topic] = "; ".join(positions), each.outcome, each.reason
    return pd.DataFrame.from_dict(rows, "index", columns=["positions", "outcome", "why"])
