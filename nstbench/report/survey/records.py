"""The two files of a survey: the key, which stays with whoever asks, and a participant's answers."""

from typing import Final, Literal

from pydantic import AwareDatetime, StrictInt, StrictStr, model_validator

from nstbench.core.configuration import Record
from nstbench.report.survey.mode import Mode

HIGHEST_RATING = 10
KEY_FORMAT: Final = "nstbench survey key"
ANSWERS_FORMAT: Final = "nstbench survey answers"


class Shown(Record):
    """A result in a survey: the arm and the pair that made it, and its run or its file."""

    arm: str
    content: str
    style: str
    run: str

    @property
    def pair(self) -> tuple[str, str]:
        """Content and style."""
        return self.content, self.style


class Key(Record):
    """What a page does not say: which result is behind each of its opaque names.

    `experiment` is None when the pictures came from a table. `arms` are in the order asked for.
    """

    format: Literal["nstbench survey key"]
    page: str
    mode: Mode
    seed: int
    experiment: str | None
    arms: tuple[str, ...]
    results: dict[str, Shown]

    @model_validator(mode="after")
    def _complete(self) -> "Key":
        """Means, shares and differences between arms rest on it."""
        made = [(each.arm, each.pair) for each in self.results.values()]
        pairs = dict.fromkeys(pair for _, pair in made)
        if not made or sorted(made) != sorted((arm, pair) for arm in self.arms for pair in pairs):
            raise ValueError("every pair needs one result of each arm, and there has to be a pair")
        if self.mode is Mode.CHOICE and len(self.arms) != 2:
            raise ValueError("a choice is between two arms")
        return self


class Answer(Record):
    """A question as it was shown, from left to right by opaque names, and what was answered.

    A rating is a number from 1 to HIGHEST_RATING, a choice one of `shown`; None where nothing was said.
    """

    shown: tuple[str, ...]
    answer: StrictInt | StrictStr | None


class AnswerSheet(Record):
    """What one participant saved; questions are in the order in which they were shown."""

    format: Literal["nstbench survey answers"]
    page: str
    mode: Mode
    seed: int
    participant: str
    saved: AwareDatetime
    questions: tuple[Answer, ...]

    @property
    def answered(self) -> list[Answer]:
        """The questions that have an answer."""
        return [question for question in self.questions if question.answer is not None]
