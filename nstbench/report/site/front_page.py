"""The first page: what was found, as sentences and as a map of all claims by topic and document."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

from nstbench.claims.claim import Topic
from nstbench.claims.records import ClaimVerdict, Verdict, Verdicts
from nstbench.core.number_format import counted
from nstbench.pipeline.profile import Profile
from nstbench.report.site.documents import Document
from nstbench.report.verdicts.counts import VerdictCounts

OTHER = "other"


@dataclass(frozen=True)
class MapRow:
    """The claims on one topic, a cell for each document."""

    topic: str
    cells: list[list[ClaimVerdict]]


def verdict_map(documents: Sequence[Document]) -> list[MapRow]:
    """A row for each topic that a claim is about; cells in the order of `documents`."""
    return [
        MapRow(topic, cells)
        for topic in (*get_args(Topic), OTHER)
        if any(
            cells := [[each for each in one.claims if (each.topic or OTHER) == topic] for one in documents]
        )
    ]


def profile_in_words(profile: Profile) -> str:
    """What the profile of this edition made: how large, on how many pairs, for how long."""
    grid = len(profile.grid.pairs) if profile.grid else 0
    pairs = (
        counted(grid, "pair") if grid else counted(profile.pairs, "pair") if profile.pairs else "all pairs"
    )
    said = [f"pictures of {profile.size} px", f"{pairs} of pictures for each figure"]
    if profile.evaluations:
        said.append(
            f"at most {counted(profile.evaluations, 'evaluation')} for a descent unless a figure needs more"
        )
    if profile.seeds > 1:
        said.append(f"{profile.seeds} draws of noise")
    if profile.sweeps:
        said.append("weights swept")
    return ", ".join(said)


def findings(verdicts: Verdicts, documents: Sequence[Document], counts: VerdictCounts) -> list[str]:
    """What the claims came to, in two sentences: how many hold, and where documents contradict each other."""
    found = []
    if counts.total:
        tally = counts.counts
        holds, fell = tally.get(Verdict.SUPPORTED, 0), tally.get(Verdict.CONTRADICTED, 0)
        open_, rest = tally.get(Verdict.INCONCLUSIVE, 0), counts.total - holds - fell
        sources = counted(sum(bool(document.claims) for document in documents), "document")
        repeats = len(verdicts.claims) - counts.total
        among = f" ({repeats} of which {'repeats' if repeats == 1 else 'repeat'} another)" if repeats else ""
        found.append(
            f"Of {counted(len(verdicts.claims), 'claim')} in {sources}{among}, {holds} hold and {fell} fell; "
            f"{rest} are not decided, {open_} of them measured without a clear result."
        )
    if verdicts.contradictions:
        settled = [
            each for each in verdicts.contradictions if each.outcome not in ("undecided", "not testable")
        ]
        topics = "; ".join(f"{each.topic}: {each.outcome}" for each in settled)
        found.append(
            f"The documents disagree on {counted(len(verdicts.contradictions), 'question')}, and "
            f"{len(settled) or 'none'} {'are' if len(settled) > 1 else 'is'} settled"
            + (f" ({topics})." if settled else ".")
        )
    return found


def by_verdict(documents: Sequence[Document], verdict: Verdict) -> list[ClaimVerdict]:
    """The claims of all documents with one verdict."""
    return [claim for document in documents for claim in document.claims if claim.verdict is verdict]
