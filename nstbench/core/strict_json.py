"""JSON as the standard has it: a number that is not finite is text there, and a number again when read."""

import json
import math
from typing import Any

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
