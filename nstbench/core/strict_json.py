"""JSON as the standard has it: a number that is not finite is text there, and a number again when read."""

import json
import math
import re
from pathlib import Path
from typing import Any

from nstbench.core.errors import InputError

LARGEST_FILE = 50_000_000  # Bytes.
MOST_LEVELS = 40
MOST_DIGITS = 20
NOT_FINITE = ("nan", "inf", "-inf")


def to_json(content: Any, indent: int = 2) -> str:
    """Write JSON that every reader takes.

    Parameters
    ----------
    content : object
        Dictionaries, lists, tuples, strings, numbers, booleans and None.
    indent : int
        Spaces a level.

    Returns
    -------
    str
        Strict JSON; numbers that are not finite are the strings "nan", "inf" and "-inf".
    """
    return json.dumps(_written(content), indent=indent, ensure_ascii=False, allow_nan=False)


def from_json(text: str) -> Any:
    """Read what `to_json` wrote.

    Parameters
    ----------
    text : str
        JSON.

    Returns
    -------
    object
        With "nan", "inf" and "-inf" as numbers again.

    Raises
    ------
    json.JSONDecodeError
        If `text` is not JSON.
    """
    return _read(json.loads(text))


def read_json(file: Path) -> Any:
    """Read a JSON file that somebody hands in.

    Parameters
    ----------
    file : Path
        UTF-8 text.

    Returns
    -------
    object
        Plain dictionaries, lists, strings and numbers.

    Raises
    ------
    InputError
        When the file is missing, is no JSON, or is too large or too deep to be read safely.
    """
    try:
        if file.stat().st_size > LARGEST_FILE:
            raise InputError(f"{file}: is larger than {LARGEST_FILE / 1e6:g} MB")
        return parse_json(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:  # No file, no UTF-8, no JSON.
        raise InputError(f"{file}: cannot be read as JSON ({error})") from error


def parse_json(text: str) -> Any:
    """Parse JSON that somebody hands in.

    Parameters
    ----------
    text : str
        From a file that may come from anybody.

    Returns
    -------
    object
        Plain dictionaries, lists, strings and numbers.

    Raises
    ------
    ValueError
        When it is no JSON, or too deep or with numbers too long to be handled safely.
    """
    depth = 0
    for bracket in re.findall(r"[\[{}\]]", re.sub(r'"(\\.|[^"\\])*"', "", text)):
        depth += 1 if bracket in "[{" else -1
        if depth > MOST_LEVELS:
            raise ValueError(f"it is nested deeper than {MOST_LEVELS} levels")
    return json.loads(text, parse_int=_whole_number)


def _whole_number(digits: str) -> int:
    if len(digits) > MOST_DIGITS:
        raise ValueError(f"{digits[:MOST_DIGITS]}... is too large")
    return int(digits)


def _written(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _written(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_written(part) for part in value]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def _read(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _read(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_read(part) for part in value]
    return float(value) if value in NOT_FINITE else value
