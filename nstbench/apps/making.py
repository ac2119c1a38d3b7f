"""An order carried out by `nstbench.stylize`, which reports on the way and can be told to stop."""

import io
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nstbench.apps.order import Order

if TYPE_CHECKING:
    from PIL import Image

    from nstbench.api import Preview, Stylization

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
        After the step of a descent during which `report.stopped` was set.
    """
    from nstbench.api import stylize

    shown_at = 0.0

    def show(preview: "Preview") -> None:
        nonlocal shown_at
        picture = None
        if time.monotonic() - shown_at >= SECONDS_BETWEEN_PREVIEWS:
            shown_at = time.monotonic()
            picture = as_jpeg(preview.picture)
        loss = preview.loss if preview.loss == preview.loss else None
        report.tell(preview.evaluations, preview.of, loss, picture)

    made = stylize(
        order.content,
        order.style,
        method=order.method,
        size=order.size,
        seed=order.seed,
        blend={str(style): share for style, share in order.blend.items()},
        regions=order.regions,
        mask=order.mask,
        style_mask=order.style_mask,
        show=show,
        stop=report.stopped.is_set,
        **{**order.options, **({"start": order.start} if order.start else {})},
    )
    if "stopped_after" in made.summary:
        raise StoppedError
    return made


def as_jpeg(picture: "Image.Image", size: int = PREVIEW_SIZE) -> bytes:
    """Give a picture as a JPEG whose long side is at most `size` px."""
    from nstbench.images.pictures import write_picture

    small = picture.copy()
    small.thumbnail((size, size))
    stream = io.BytesIO()
    write_picture(small, stream, "JPEG", quality=85)
    return stream.getvalue()
