"""Files as they come back from people: read, held against the key, and complained about one by one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

from pydantic import ValidationError

from nstbench.core.configuration import first_problem
from nstbench.core.errors import InputError, shortened
from nstbench.core.number_format import counted
from nstbench.core.spreadsheets import read_rows
from nstbench.core.strict_json import read_json
from nstbench.report.survey.mode import Mode
from nstbench.report.survey.records import (
    ANSWERS_FORMAT,
    HIGHEST_RATING,
    KEY_FORMAT,
    Answer,
    AnswerSheet,
    Key,
)

# Of a table of answers: `shown` has the opaque names of a question's results, from left to right.
TABLE_COLUMNS = ("participant", "shown", "answer")
TABLES = (".csv", ".tsv", ".txt")
RECORDS: dict[str, type[Key] | type[AnswerSheet]] = {KEY_FORMAT: Key, ANSWERS_FORMAT: AnswerSheet}


@dataclass(frozen=True)
class Returned:
    """What came back: the key, one sheet per participant, and a line about each file that needs one."""

    key: Key
    sheets: tuple[AnswerSheet, ...]
    remarks: tuple[str, ...]


class _UnfitError(Exception):
    """Raised where a sheet cannot be counted; the message says why."""


def read_returned(files: Sequence[Path]) -> Returned:
    """Read a key and the answer sheets beside it; a file that cannot be counted is left out with a remark.

    Of several sheets of a participant the one saved last counts. InputError when there is no key, more than
    one, or no sheet that can be counted.
    """
    remarks: list[str] = []
    keys: dict[Path, Key] = {}
    sheets: dict[str, AnswerSheet] = {}
    tables = [file for file in dict.fromkeys(files) if file.suffix.lower() in TABLES]
    for file in dict.fromkeys(files):
        if file in tables:
            continue
        try:
            record = _record(file)
        except InputError as problem:
            remarks.append(f"{problem}; left out")
            continue
        if isinstance(record, Key):
            keys[file] = record
        else:
            sheets[str(file)] = record
    if not keys:
        asked = "no key among the files; give the .key.json that `nstbench survey` wrote beside the page"
        raise InputError("; ".join([asked, *remarks]))
    if len({key.page for key in keys.values()}) > 1:
        raise InputError(f"several keys: {', '.join(map(str, keys))}; give one, with the answers to its page")
    key = next(iter(keys.values()))
    for file in tables:
        try:
            sheets |= {f"{file}, {sheet.participant}": sheet for sheet in _sheets_of_table(file, key)}
        except InputError as problem:
            remarks.append(f"{problem}; left out")
    latest: dict[str, str] = {}
    for name in sorted(sheets, key=lambda name: sheets[name].saved):
        try:
            _check(sheets[name], key)
        except _UnfitError as problem:
            remarks.append(f"{name}: {problem}; left out")
            continue
        earlier = latest.pop(sheets[name].participant, None)
        if earlier:
            remarks.append(f"{earlier}: {name} holds the same participant's last answers; left out")
        latest[sheets[name].participant] = name
    if not latest:
        raise InputError("; ".join(["no answer sheet can be counted", *remarks]))
    counted_sheets = {name: sheets[name] for name in latest.values()}
    for name, sheet in counted_sheets.items():
        if len(sheet.answered) < len(sheet.questions):
            of = counted(len(sheet.questions), "question")
            remarks.append(f"{name}: {len(sheet.answered)} of {of} answered; counted for these")
    return Returned(key, tuple(counted_sheets.values()), tuple(remarks))


def _record(file: Path) -> Key | AnswerSheet:
    """A key or a participant's answers; InputError when a file is neither."""
    content = read_json(file)
    kind = RECORDS.get(str(content.get("format"))) if isinstance(content, dict) else None
    if kind is None:
        raise InputError(f"{file}: neither a survey's key nor its answers")
    try:
        return kind.model_validate(content)
    except ValidationError as error:
        raise InputError(f"{file}: {first_problem(error, kind)}") from error


def _sheets_of_table(file: Path, key: Key) -> Iterator[AnswerSheet]:
    """One for each participant of a table of answers; InputError when the table cannot be read."""
    rows = [row for _, row in read_rows(file, TABLE_COLUMNS[:2])]
    saved = datetime.fromtimestamp(file.stat().st_mtime, UTC)
    by_participant = groupby(sorted(rows, key=lambda row: row["participant"]), lambda row: row["participant"])
    for participant, answered in by_participant:
        yield AnswerSheet(
            format=ANSWERS_FORMAT,
            page=key.page,
            mode=key.mode,
            seed=key.seed,
            participant=participant,
            saved=saved,
            questions=tuple(
                Answer(shown=tuple(row["shown"].split()), answer=_answer(row.get("answer", ""), key.mode))
                for row in answered
            ),
        )


def _answer(text: str, mode: Mode) -> int | str | None:
    """A rating as spreadsheets write numbers, 7 or 7.0 or 7,0; a choice as it is."""
    whole = text.replace(",", ".").removesuffix(".0")
    rating = mode is Mode.RATING and whole.isdecimal() and len(whole) < 9
    return int(whole) if rating else text or None


def _check(sheet: AnswerSheet, key: Key) -> None:
    """Raise _UnfitError unless `sheet` answers questions of the page of `key`, each at most once."""
    if sheet.page != key.page:
        raise _UnfitError(f"answers page {sheet.page}, not {key.page}")
    if sheet.mode != key.mode:
        raise _UnfitError(f"its mode is {sheet.mode}, the key's {key.mode}")
    shown = [name for question in sheet.questions for name in question.shown]
    if len(set(shown)) < len(shown):
        raise _UnfitError("shows a result twice")
    together = len(key.arms) if key.mode is Mode.CHOICE else 1
    for question in sheet.questions:
        for name in question.shown:
            if name not in key.results:
                raise _UnfitError(f"result {shortened(name)} is not in the key")
        if len(question.shown) != together or len({key.results[name].pair for name in question.shown}) != 1:
            raise _UnfitError(f"question {', '.join(question.shown)} is not on the page")
        allowed = question.shown if key.mode is Mode.CHOICE else range(1, HIGHEST_RATING + 1)
        if question.answer is not None and question.answer not in allowed:
            names = ", ".join(question.shown) if key.mode is Mode.CHOICE else f"1 to {HIGHEST_RATING}"
            raise _UnfitError(f"answer {shortened(question.answer)} is not allowed; allowed: {names}")
    if not sheet.answered:
        raise _UnfitError("answers no question")
