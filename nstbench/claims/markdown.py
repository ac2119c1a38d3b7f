"""The verdicts of a pipeline as a page of Markdown, with what they were made with."""

import math
from collections import Counter
from collections.abc import Iterator, Sequence

from nstbench.claims.records import ClaimVerdict, Verdicts
from nstbench.claims.sample import LOG_RATIO
from nstbench.core.number_format import counted, number
from nstbench.core.version import __version__
from nstbench.pipeline.project import Project

COLUMNS = ("claim", "line", "verdict", "n", "estimate", "95 % interval", "p corrected", "why")


def page(verdicts: Verdicts, project: Project, edition: str | None = None) -> str:
    """A table per document, then the contradictions; of an edition, or of results of the pipeline."""
    profile = project.profile
    separate = verdicts.separate
    counts = Counter(claim.verdict for claim in separate).most_common()
    shared = len(verdicts.claims) - len(separate)
    pairs = "all pairs" if profile.pairs is None else f"at most {profile.pairs} pair(s) an experiment"
    if profile.grid:
        pairs += f" and a grid of {len(profile.grid.pairs)}"
    basis = f"edition `{edition}`, results" if edition else "the results"
    lines = [
        "# Verdicts",
        "",
        f"Written by nstbench {__version__} from {basis} of profile {profile.name} ({profile.size} px, "
        f"{profile.weights} weights, {pairs}). `docs/interpreting.md` says how verdicts come about. "
        f"{counted(len(separate), 'claim')}: {', '.join(f'{count} {verdict}' for verdict, count in counts)}"
        + (f"; {shared} more rest on the measurement of another one." if shared else "."),
    ]
    if project.pictures_of_grid:
        lines += ["", project.pictures_of_grid]
    if profile.warning:
        lines += ["", f"> **{profile.warning}**"]
    for document in dict.fromkeys(claim.document for claim in verdicts.claims):
        own = [_cells(claim) for claim in verdicts.claims if claim.document == document]
        lines += ["", f"## {document}", ""]
        for source in verdicts.documents:
            if source.title == document:
                lines += [" ".join(filter(None, (source.reference, source.link))), ""]
        lines += _table(COLUMNS, own)
    topics = []
    for topic in verdicts.contradictions:
        positions = "; ".join(
            f"{place}. {', '.join(position.documents)}: {position.says}"
            for place, position in enumerate(topic.positions, 1)
        )
        topics.append((topic.topic, positions, topic.outcome, topic.reason))
    lines += ["", "## Where the documents contradict each other", ""]
    lines += _table(("topic", "positions", "outcome", "why"), topics)
    return "\n".join(lines) + "\n"


def _cells(claim: ClaimVerdict) -> tuple[str, ...]:
    in_logs = claim.unit == LOG_RATIO
    estimate = interval = ""
    if claim.estimate is not None:
        estimate = _written(claim.estimate, in_logs)
    if claim.unit:
        estimate += f" {'ratio' if in_logs else claim.unit}"
    if claim.interval and claim.confidence:
        interval = " to ".join(_written(end, in_logs) for end in claim.interval)
        if claim.confidence != 0.95:
            interval += f" ({100 * claim.confidence:.0f} %)"
    surrogate = f" (surrogate: {claim.surrogate})" if claim.surrogate else ""
    # The quote in bold where a passage stands around it.
    passage = claim.quote
    if claim.passage is not None:
        passage = "".join(f"**{text}**" if quoted else text for text, quoted in claim.marked_passage)
    return (
        f"`{claim.id}`: \N{LEFT DOUBLE QUOTATION MARK}{passage}\N{RIGHT DOUBLE QUOTATION MARK}",
        str(claim.line),
        f"{claim.verdict if claim.caveat else f'**{claim.verdict}**'}{surrogate}",
        str(claim.n_pairs or ""),
        estimate,
        interval,
        "" if claim.p_corrected is None else f"{claim.p_corrected:.2g}",
        " ".join(filter(None, (claim.reason, claim.note))),
    )


def _written(value: float, in_logs: bool) -> str:
    return number(math.exp(value) if in_logs else value)


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    for cells in (columns, ["---"] * len(columns), *rows):
        escaped = (cell.replace("|", r"\|") for cell in cells)
        yield f"| {' | '.join(escaped)} |"
