"""The history of the page: each try with its settings, how far it is, and what came of it."""

import itertools
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from pydantic import Field

from nstbench.apps.making import Report, as_jpeg, make
from nstbench.apps.order import Order, options_of
from nstbench.apps.queue import Job, JobQueue
from nstbench.apps.studio.library import Library, Picture
from nstbench.core.configuration import Record
from nstbench.core.errors import InputError
from nstbench.images.pictures import check_size
from nstbench.methods import method as find_method

# The oldest that have ended make room for new ones.
MOST_TRIES = 200


class Wish(Record):
    """What the page sends: pictures by id, the method, and its options."""

    content: str
    style: str | None = None
    method: str
    size: int
    seed: int = 0
    options: dict[str, str | int | float | bool] = Field(default={})


@dataclass(frozen=True)
class Made:
    """A finished picture: its file (PNG), and how long it took in seconds."""

    file: Path
    seconds: float


@dataclass(frozen=True)
class Try:
    """An order with its pictures and its job."""

    id: str
    content: Picture
    style: Picture | None
    order: Order
    job: Job[Made]


class Tries:
    """All tries, and the queue that makes them.

    Parameters
    ----------
    library
        Where their pictures come from.
    folder
        Where the results are kept.
    """

    def __init__(self, library: Library, folder: Path) -> None:
        self.library, self.folder = library, folder
        self.queue = JobQueue[Made](self._make)
        self._tries: dict[str, Try] = {}
        self._numbers = itertools.count(1)

    def __getitem__(self, id: str) -> Try:
        if id not in self._tries:
            raise InputError("this try is no longer here")
        return self._tries[id]

    def __iter__(self) -> Iterator[Try]:
        return iter([*self._tries.values()])

    def begin(self, wish: Wish) -> Try:
        """Put a new try into the queue.

        Raises
        ------
        InputError
            If a picture is not there, an option is out of range, or too many wait.
        """
        content = self.library[wish.content]
        needs_style = find_method(wish.method).needs_style
        style = self.library[wish.style] if wish.style and needs_style else None
        check_size(wish.size)
        style_file = style.file if style else None
        order = Order(content.file, style_file, wish.method, wish.size, wish.options, wish.seed)
        order.check()

        async def prepare() -> Order:
            return order

        made = Try(str(next(self._numbers)), content, style, order, Job("studio", order.quick, prepare))
        self.queue.submit(made.job)
        self._tries[made.id] = made
        for old in [each for each in self if each.job.ended.is_set()][: len(self._tries) - MOST_TRIES]:
            del self._tries[old.id]
            if old.job.result:
                old.job.result.file.unlink()
        return made

    def _make(self, order: Order, report: Report) -> Made:
        result = make(order, report)
        report.tell(1, 1, None, as_jpeg(result.picture))
        file = self.folder / f"{uuid4().hex}.png"
        result.save(file)
        return Made(file, result.summary["seconds"])

    def described(self, each: Try) -> dict[str, Any]:
        """What the page shows of a try, ready for JSON."""
        job, order = each.job, each.order
        pictures = [picture for picture in (each.content, each.style) if picture]
        return {
            "id": each.id,
            "content": each.content.id,
            "style": each.style.id if each.style else None,
            "pictures": [picture.title for picture in pictures],
            "method": order.method,
            "size": order.size,
            "seed": order.seed,
            "options": dict(order.options),
            "command": order.command(*(picture.name for picture in pictures)),
            "file": "-".join([*(picture.file.stem for picture in pictures), each.id]) + ".png",
            "state": job.state,
            "place": self.queue.place(job),
            "done": job.done,
            "total": job.total,
            "losses": job.losses,
            "seconds": job.result and job.result.seconds,
            "seconds_left": None if job.seconds_left is None else round(job.seconds_left),
            "preview": job.previews,
            "error": self._without_folders(job.error),
        }

    def _without_folders(self, message: str) -> str:
        """A message that calls uploads by the names that they had."""
        for picture in self.library.pictures.values():
            message = message.replace(str(picture.file), picture.title)
        return message


def described_method(id: str) -> dict[str, Any]:
    """What the page's form is made of, ready for JSON."""
    recipe = find_method(id)
    return {
        "id": recipe.id,
        "title": recipe.title,
        "needs_style": recipe.needs_style,
        "options": [asdict(option) for option in options_of(recipe)],
    }
