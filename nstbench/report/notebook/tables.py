"""How tables and lists look in notebooks."""

from collections.abc import Collection, Iterable
from html import escape
from typing import Any

import pandas as pd
from matplotlib.colors import LinearSegmentedColormap
from pandas.io.formats.style import Styler

from nstbench.core.number_format import number

ITALIC = "font-style: italic"
SHADES = LinearSegmentedColormap.from_list("shades", ["#ffffff", "#bcd8ea"])
NUMBER_STYLES: Any = [
    {"selector": "th.row_heading", "props": "font-weight: normal; text-align: left"},
    {"selector": "caption", "props": "caption-side: bottom; text-align: left"},
]
TEXT_STYLES: Any = [
    {
        "selector": "th.col_heading, th.row_heading, td",
        "props": "text-align: left; vertical-align: top; white-space: normal",
    },
]


def shaded(table: pd.DataFrame, name: str, controls: Collection[str]) -> Styler:
    """Numbers, each column shaded between its least and its greatest, lines of `controls` in italics."""
    measured = table.columns[table.notna().any()]
    return (
        table.rename_axis(None)
        .style.set_uuid(name)
        .format_index(escape="html", axis=0)
        .format_index(escape="html", axis=1)
        .format(number)  # type: ignore[arg-type]  # every cell is a float
        .background_gradient(SHADES, subset=measured)
        .map(lambda value: ITALIC, subset=(table.index.intersection(list(controls)), table.columns))
        .map_index(lambda line: ITALIC if line in controls else "")
        .set_table_styles(NUMBER_STYLES)
        .set_caption("↓ lower is better, ↑ higher is better; the two controls give the scale.")
    )


def worded(table: pd.DataFrame, name: str) -> Styler:
    """A table of sentences, which may take several lines."""
    return (
        table.style.set_uuid(name.replace(" ", "-"))
        .format(escape="html")
        .format_index(escape="html", axis=0)
        .format_index(escape="html", axis=1)
        .set_table_styles(TEXT_STYLES)
    )


def plain(text: str) -> str:
    """A text from a file for a place in Markdown, where it may set words in bold but bring no HTML."""
    return escape(text, quote=False)


def bullets(entries: Iterable[str]) -> str:
    """A list in Markdown."""
    return "\n".join(f"- {plain(entry)}" for entry in entries)
