"""What the bot has promised and not yet done: Telegram's names of pictures, never pictures themselves.

It lies on the disk, so that a bot that is started again goes on where it was stopped. An entry is removed,
and overwritten, as soon as it is answered.
"""

import sqlite3
from dataclasses import dataclass
from pathlib import Path

SCHEMA = """
PRAGMA secure_delete = ON;
CREATE TABLE IF NOT EXISTS photograph (chat INTEGER PRIMARY KEY, file TEXT, as_file INTEGER);
CREATE TABLE IF NOT EXISTS pair (
    chat INTEGER, message INTEGER, photograph TEXT, as_file INTEGER, painting TEXT, method TEXT,
    PRIMARY KEY (chat, message)
);
CREATE TABLE IF NOT EXISTS handled (number INTEGER PRIMARY KEY);
"""
# Updates that are remembered as handled; Telegram holds back a hundred at most before it hears of them.
REMEMBERED = 1000


@dataclass(frozen=True)
class Photograph:
    """A picture that somebody has sent, by Telegram's name; `as_file` if not as a compressed photo."""

    file: str
    as_file: bool


@dataclass(frozen=True)
class Pair:
    """A photograph and a painting, and the message that asks for a method and becomes the answer."""

    chat: int
    message: int
    photograph: Photograph
    painting: str
    method: str | None = None


class Ledger:
    """The open promises, in a file.

    Parameters
    ----------
    file
        An SQLite database, which is made if it is not there.
    """

    def __init__(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self._database = sqlite3.connect(file, isolation_level=None)
        self._database.executescript(SCHEMA)

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def photograph(self, chat: int) -> Photograph | None:
        """Give the photograph that waits for its painting, if there is one."""
        row = self._database.execute("SELECT file, as_file FROM photograph WHERE chat = ?", [chat]).fetchone()
        return Photograph(row[0], bool(row[1])) if row else None

    def keep_photograph(self, chat: int, photograph: Photograph) -> None:
        """Remember a photograph until its painting comes."""
        values = [chat, photograph.file, photograph.as_file]
        self._database.execute("INSERT OR REPLACE INTO photograph VALUES (?, ?, ?)", values)

    def open(self, pair: Pair) -> None:
        """Promise to ask for a method, and forget the photograph that waited."""
        photograph = pair.photograph
        values = [pair.chat, pair.message, photograph.file, photograph.as_file, pair.painting, pair.method]
        self._database.execute("INSERT OR REPLACE INTO pair VALUES (?, ?, ?, ?, ?, ?)", values)
        self.forget_photograph(pair.chat)

    def forget_photograph(self, chat: int) -> None:
        """Let the next picture be a photograph."""
        self._database.execute("DELETE FROM photograph WHERE chat = ?", [chat])

    def choose(self, pair: Pair, method: str) -> None:
        """Promise a picture by a method."""
        self._database.execute(
            "UPDATE pair SET method = ? WHERE chat = ? AND message = ?", [method, pair.chat, pair.message]
        )

    def pairs(self, chat: int | None = None) -> list[Pair]:
        """Give the open pairs, of one chat or of all, in the order in which they were opened."""
        rows = self._database.execute(
            "SELECT * FROM pair WHERE ?1 IS NULL OR chat = ?1 ORDER BY rowid", [chat]
        )
        return [
            Pair(chat, message, Photograph(file, bool(as_file)), painting, method)
            for chat, message, file, as_file, painting, method in rows
        ]

    def pair(self, chat: int, message: int) -> Pair | None:
        """Give the pair that a message asks about, if it is open."""
        return next((pair for pair in self.pairs(chat) if pair.message == message), None)

    def answered(self, pair: Pair) -> None:
        """Remove a pair: nothing is promised any more."""
        self._database.execute("DELETE FROM pair WHERE chat = ? AND message = ?", [pair.chat, pair.message])

    def is_handled(self, update: int) -> bool:
        """Say whether an update has been handled; a bot that was killed gets some again."""
        row = self._database.execute("SELECT 1 FROM handled WHERE number = ?", [update]).fetchone()
        return row is not None

    def handled(self, update: int) -> None:
        """Remember that an update has been handled."""
        self._database.execute("INSERT OR IGNORE INTO handled VALUES (?)", [update])
        self._database.execute("DELETE FROM handled WHERE number < ?", [update - REMEMBERED])
