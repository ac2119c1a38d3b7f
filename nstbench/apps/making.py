"""An order carried out by `nstbench.stylize`, which reports on the way and can be told to stop."""

import io
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, SupportsFloat

from typing_extensions import override

from nstbench.apps.order import Order
from nstbench.methods import method as find_method
from nstbench.methods.base import Method, P, Task

if TYPE_CHECKING:
    from PIL import Image
    from torch import Tensor

    from nstbench.api import Stylization
    from nstbench.optim.loop import Outcome

# Of previews: the long side in pixels, and how often there is one.
PREVIEW_SIZE = 768
SECONDS_BETWEEN_PREVIEWS = 0.3


class StoppedError(Exception):
    """The picture is no longer wanted."""


@dataclass
class Report:
    """How a picture comes along: told by the thread that makes it, heard where `tell` says.

    `tell` is called with the number of steps done, of how many, the loss (None where there is none) and the
    picture reached as a JPEG (None where the last one still stands).
    """

    tell: Callable[[int, int, float | None, bytes | None], None]
    stopped: threading.Event = field(default_factory=threading.Event)


def make(order: Order, report: Report) -> "Stylization":
    """Stylize, and report on the way.

    Raises
    ------
    InputError
        As `nstbench.stylize`.
    StoppedError
        Soon after `report.stopped` is set.
    """
    from nstbench.api import stylize

    recipe = find_method(order.method)
    reporting = _Reporting(
        **{each.name: getattr(recipe, each.name) for each in fields(recipe)}, report=report
    )
    return stylize(
        order.content, order.style, method=reporting, size=order.size, seed=order.seed, **order.options
    )


@dataclass(frozen=True)
class _Reporting(Method[P]):
    """A method whose runs report."""

    report: Report = field(kw_only=True)

    @override
    async def outcome(self, task: Task[P]) -> "Outcome":
        if task.show is None:  # Of several scales only the whole is watched, not each by itself.
            task = _watched(task, self.report)
        return await super().outcome(task)


def _watched(task: Task[Any], report: Report) -> Task[Any]:
    """The task with a report after each step; at most a few of them a second have a picture."""
    from nstbench.images.tensors import to_picture

    height, width = task.content.shape[-2:]
    total, inner = task.parameters.steps(height, width), task.watch
    shown_at = 0.0

    def watch(done: int, loss: SupportsFloat) -> None:
        if report.stopped.is_set():
            raise StoppedError
        if inner:
            inner(done, loss)
        report.tell(done, total, float(loss), None)

    def show(done: int, image: "Tensor") -> None:
        nonlocal shown_at
        if time.monotonic() - shown_at >= SECONDS_BETWEEN_PREVIEWS:
            shown_at = time.monotonic()
            report.tell(done, total, None, as_jpeg(to_picture(image)))

    return replace(task, watch=watch, show=show)


def as_jpeg(picture: "Image.Image", size: int = PREVIEW_SIZE) -> bytes:
    """Give a picture as a JPEG whose long side is at most `size` px."""
    small = picture.copy()
    small.thumbnail((size, size))
    stream = io.BytesIO()
    small.save(stream, "JPEG", quality=85)
    return stream.getvalue()
