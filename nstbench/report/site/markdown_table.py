"""Tables of the project's documentation, so that a page says the same without saying it twice."""

import re
from dataclasses import dataclass
from html import escape
from pathlib import Path

from markupsafe import Markup

from nstbench.core.errors import InputError

ROW = re.compile(r"^\|(.*)\|\s*$")


@dataclass(frozen=True)
class MarkdownTable:
    """Cells as HTML; a row may have a heading alone."""

    header: list[Markup]
    rows: list[list[Markup]]


def first_table(file: Path) -> MarkdownTable:
    """The first table of a Markdown file; InputError when there is none."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise InputError(f"{file} cannot be read ({error.strerror}); the methods page quotes it") from error
    rows: list[list[Markup]] = []
    for line in lines:
        if found := ROW.match(line):
            rows.append([inline(cell.strip()) for cell in found[1].split("|")])
        elif rows:
            break
    if len(rows) < 2:
        raise InputError(f"{file} has no table; the methods page quotes it")
    header, _, *body = rows
    return MarkdownTable(header, body)


def inline(text: str) -> Markup:
    """Code, bold text and links, of which the text alone is kept, as HTML."""
    html = escape(text, quote=False)
    html = re.sub(r"`([^`]+)`", r"<code>\1</code>", html)
    html = re.sub(r"\*\*([^*]+)\*\*", r"<strong>\1</strong>", html)
    html = re.sub(r"\[([^\]]+)\]\([^)]+\)", r"\1", html)
    return Markup(html)  # nosec B704  # the text was escaped first
