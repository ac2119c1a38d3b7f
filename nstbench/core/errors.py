"""The one exception for input that a user can mend."""


class InputError(Exception):
    """Bad input, told in one line: the offending value, what is allowed, the fix.

    The command line prints the message without a traceback and exits with status 2.
    """
