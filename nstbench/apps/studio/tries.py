"""The history of the page: each try with its settings, how far it is, and what came of it."""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal
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

# Of pictures in a wish.
ROLES = ("content", "style", "second", "region", "mask", "style_mask", "start")
# The oldest that have ended make room for new ones.
MOST_TRIES = 200


class Wish(Record):
    """What the page sends: pictures by id, the method, and its options.

    The second style has its share everywhere, or goes where the mask `region` is white.
    """

    content: str
    style: str | None = None
    second: str | None = None
    share: float = 0.5
    region: str | None = None
    mask: str | None = None
    style_mask: str | None = None
    start: str | None = None
    method: str
    size: int | Literal["original"]
    seed: int = 0
    options: dict[str, str | int | float | bool] = Field(default={})


@dataclass(frozen=True)
class Made:
    """A finished picture: its file (PNG), and how long it took in seconds."""

    file: Path
    seconds: float


@dataclass(frozen=True)
class Try:
    """An order with its pictures, by their roles in the wish, and its job."""

    id: str
    wish: Wish
    pictures: Mapping[str, Picture]
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
        pictures = {role: self.library[id] for role in ROLES if (id := getattr(wish, role))}
        if not find_method(wish.method).needs_style:
            pictures.pop("style", None)
        if wish.size != "original":
            check_size(wish.size)
        files = {role: picture.file for role, picture in pictures.items()}
        if "region" in files and "second" not in files:
            raise InputError("a mask says where the second style goes; choose that style, too")
        second = files.get("second")
        order = Order(
            files["content"],
            files.get("style"),
            wish.method,
            wish.size,
            wish.options,
            wish.seed,
            blend={second: wish.share} if second and "region" not in files else {},
            regions=[(files["region"], second)] if second and "region" in files else (),
            mask=files.get("mask"),
            style_mask=files.get("style_mask"),
            start=files.get("start"),
        )
        order.check()

        async def prepare() -> Order:
            return order

        made = Try(str(next(self._numbers)), wish, pictures, order, Job("studio", order.quick, prepare))
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
        pictures = [each.pictures[role] for role in ("content", "style") if role in each.pictures]
        names = {picture.file: picture.name for picture in each.pictures.values()}
        return {
            "id": each.id,
            **each.wish.model_dump(),
            **{role: each.pictures[role].id if role in each.pictures else None for role in ROLES},
            "pictures": [picture.title for picture in pictures],
            "more": {role: each.pictures[role].title for role in each.pictures if role not in ROLES[:2]},
            "command": order.command(names.__getitem__),
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
    from nstbench.api.settings import mixes_styles

    recipe = find_method(id)
    return {
        "id": recipe.id,
        "title": recipe.title,
        "needs_style": recipe.needs_style,
        # Which further pictures it looks at.
        "mixes": mixes_styles(recipe),
        "parts": recipe.knows_regions,
        "options": [asdict(option) for option in options_of(recipe)],
    }
