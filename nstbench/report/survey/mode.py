"""The two kinds of survey, and how much is asked of a person."""

from enum import StrEnum


class Mode(StrEnum):
    """What is asked: how good one result is, or which of two results of a pair is better."""

    RATING = "rating"
    CHOICE = "choice"


# Of pairs, where nobody says how many; and of questions to a person then.
USUAL_PAIRS, MOST_QUESTIONS = 10, 40
