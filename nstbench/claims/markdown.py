"""The verdicts of a pipeline as a page of Markdown, with what they were made with."""

import math
from collections import Counter
from collections.abc import Iterator, Sequence

from nstbench.claims.records import Row
from nstbench.claims.report import Report
from nstbench.claims.sample import LOG_RATIO
from nstbench.core.version import __version__
from nstbench.pipeline.profile import Profile

COLUMNS = ("claim", "line", "verdict", "n", "estimate", "95 % interval", "p corrected", "why")


def page(report: Report, profile: Profile) -> str:
    """A table per document, then the contradictions."""
    return "\n".join(_lines(report, profile)) + "\n"


def _lines(report: Report, profile: Profile) -> Iterator[str]:
    counts = Counter(row["verdict"] for row in report.claims).most_common()
    weights, size = profile.weights, profile.size
    yield "# Verdicts"
    yield ""
    yield (
        f"Written by nstbench {__version__} from the results of profile {profile.name} ({size} px, {weights} "
        f"weights, {_pairs(profile)}). `docs/interpreting.md` says how verdicts come about. "
        f"{len(report.claims)} claims: {', '.join(f'{count} {verdict}' for verdict, count in counts)}."
    )
    for document in dict.fromkeys(row["document"] for row in report.claims):
        own = [row for row in report.claims if row["document"] == document]
        yield from ("", f"## {document}", "", *_table(COLUMNS, [_cells(row) for row in own]))
    yield from ("", "## Where the documents contradict each other", "")
    yield from _table(
        ("topic", "positions", "outcome", "why"),
        [(row["topic"], _positions(row), row["outcome"], row["reason"]) for row in report.contradictions],
    )


def _pairs(profile: Profile) -> str:
    own = "all pairs" if profile.pairs is None else f"at most {profile.pairs} pair(s) an experiment"
    return f"{own} and a grid of {len(profile.grid.pairs)}" if profile.grid else own


def _cells(row: Row) -> tuple[str, ...]:
    surrogate = f" (surrogate: {row['surrogate']})" if row["surrogate"] else ""
    return (
        f"`{row['id']}`: \N{LEFT DOUBLE QUOTATION MARK}{row['quote']}\N{RIGHT DOUBLE QUOTATION MARK}",
        str(row["line"]),
        f"**{row['verdict']}**{surrogate}",
        str(row["n_pairs"] or ""),
        _written(row, row["estimate"]) + (f" {_unit(row)}" if row["unit"] else ""),
        _interval(row),
        "" if row["p_corrected"] is None else f"{row['p_corrected']:.2g}",
        " ".join(filter(None, (row["reason"], row["note"]))),
    )


def _interval(row: Row) -> str:
    if row["interval"] is None:
        return ""
    ends = " to ".join(_written(row, end) for end in row["interval"])
    return ends if row["confidence"] == 0.95 else f"{ends} ({100 * row['confidence']:.0f} %)"


def _written(row: Row, value: float | None) -> str:
    from nstbench.core.number_format import number

    if value is None:
        return ""
    return number(math.exp(value) if row["unit"] == LOG_RATIO else value)


def _unit(row: Row) -> str:
    return "ratio" if row["unit"] == LOG_RATIO else str(row["unit"])


def _positions(row: Row) -> str:
    return "; ".join(
        f"{number}. {', '.join(position['documents'])}: {position['says']}"
        for number, position in enumerate(row["positions"], 1)
    )


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield _line(columns)
    yield _line(["---"] * len(columns))
    yield from map(_line, rows)


def _line(cells: Sequence[str]) -> str:
    escaped = (cell.replace("|", r"\|") for cell in cells)
    return f"| {' | '.join(escaped)} |"
