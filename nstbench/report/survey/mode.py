"""The two kinds of survey."""

from enum import StrEnum


class Mode(StrEnum):
    """What is asked: how good one result is, or which of two results of a pair is better."""

    RATING = "rating"
    CHOICE = "choice"
