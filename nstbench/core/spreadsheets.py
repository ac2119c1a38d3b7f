"""Tables as spreadsheets save them: whatever separates their cells, in whatever encoding."""

import codecs
import csv
import io
import math
from collections.abc import Collection
from pathlib import Path

from nstbench.core.errors import InputError

SEPARATORS = (",", ";", "\t")
LARGEST_FILE = 50_000_000  # Bytes.


def read_rows(file: Path, needed: Collection[str]) -> list[tuple[int, dict[str, str]]]:
    """Read a table.

    Parameters
    ----------
    file
        Cells between commas, semicolons or tabs; in UTF-8, UTF-16 or what Windows writes in the West.
    needed
        Columns in which every row has something.

    Returns
    -------
    list of (int, dict)
        Each row by its columns, in lower case, behind the number of its line; empty rows are left out.

    Raises
    ------
    InputError
        If it cannot be read, or a row has nothing in a column that is needed.
    """
    try:
        if file.stat().st_size > LARGEST_FILE:
            raise InputError(f"{file} is larger than {LARGEST_FILE / 1e6:g} MB; split it")
        lines = _decoded(file.read_bytes()).splitlines(keepends=True)
        # Of some programs the first line says nothing but what separates cells.
        told = lines[0].strip() if lines and lines[0].lower().startswith("sep=") else ""
        skipped = 1 if told else 0
        head = lines[skipped] if len(lines) > skipped else ""
        separator = told[4:5] or max(SEPARATORS, key=head.count)
        text = io.StringIO("".join(lines[skipped:]), newline="")
        reader = csv.reader(text, delimiter=separator, strict=True)
        columns = [name.strip().lower() for name in next(reader, [])]
        rows = [
            (skipped + reader.line_num, dict(zip(columns, map(str.strip, cells), strict=False)))
            for cells in reader
            if any(map(str.strip, cells))
        ]
    except (OSError, UnicodeDecodeError, csv.Error, TypeError) as error:
        raise InputError(f"{file} cannot be read: {error}") from error
    for number, row in rows:
        empty = next((column for column in needed if not row.get(column)), None)
        if empty:
            raise InputError(f"{file}: line {number} has no {empty}; needed: {', '.join(needed)}")
    return rows


def number_in(cell: str) -> float:
    """Read a number.

    Parameters
    ----------
    cell
        With a point or a comma before its decimals.

    Returns
    -------
    float
        NaN where the cell holds none.
    """
    try:
        return float(cell.replace(",", "."))
    except ValueError:
        return math.nan


def _decoded(content: bytes) -> str:
    """By its byte order mark; without one it is UTF-8, or else what Windows writes in the West."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252")
