"""Numbers as a reader wants them."""

import math
from collections.abc import Sequence

SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
MISSING = "\N{EN DASH}"
NO_BREAK = "\N{NO-BREAK SPACE}"


def scientific(value: float) -> str:
    """Write `4.0 x 10⁻⁹` with a proper cross, which never wraps inside; `0` and `∞` as they are.

    Parameters
    ----------
    value : float
        Any number but NaN.

    Returns
    -------
    str
        Two significant digits.
    """
    if value == 0 or math.isinf(value):
        return f"{value:.0f}".replace("inf", "∞")
    mantissa, exponent = f"{value:.1e}".split("e")
    return NO_BREAK.join(
        (mantissa, "\N{MULTIPLICATION SIGN}", f"10{str(int(exponent)).translate(SUPERSCRIPTS)}")
    )


def number(value: float) -> str:
    """Write three significant digits, a power of ten outside 0.001 to 1000, a dash for NaN.

    Parameters
    ----------
    value : float
        Any number.

    Returns
    -------
    str
        What a table shows.
    """
    if math.isnan(value):
        return MISSING
    if 1e-3 <= abs(value) < 999.5:
        return f"{value:#.3g}".rstrip(".")
    return scientific(value)


def duration(seconds: float) -> str:
    """Write seconds as `less than 1 s`, `19 s`, `2 min 05 s` or `1 h 07 min`.

    Parameters
    ----------
    seconds : float
        0 or more.

    Returns
    -------
    str
        With the units that matter.
    """
    if seconds < 1:
        return "less than 1 s"
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest:02d} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min"


def span(values: Sequence[int]) -> str:
    """Write `120`, or `60 to 120` when the values differ.

    Parameters
    ----------
    values : sequence of int
        At least one.

    Returns
    -------
    str
        The least and the greatest, with thousands set off by commas.
    """
    low, high = min(values), max(values)
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"


def counted(count: int, noun: str) -> str:
    """Write `1 run`, `2 runs`.

    Parameters
    ----------
    count : int
        How many.
    noun : str
        In the singular; its plural ends in s.

    Returns
    -------
    str
        Both, with thousands set off by commas.
    """
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
