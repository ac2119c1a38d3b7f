"""The one exception for input that a user can mend."""

# Characters of a value that a message repeats.
LONGEST_VALUE = 60


class InputError(Exception):
    """Bad input, told in one line: the offending value, what is allowed, the fix.

    The command line prints the message without a traceback and exits with status 2.
    """


def shortened(value: object) -> str:
    """A value as it was written, cut where it is longer than a message can hold.

    Parameters
    ----------
    value : object
        What a message repeats.

    Returns
    -------
    str
        At most 60 characters and an ellipsis.
    """
    text = repr(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}..."
