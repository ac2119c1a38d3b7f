"""nstbench score RESULT --content C --style S"""

import json
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nstbench.core.errors import InputError

if TYPE_CHECKING:
    from PIL.Image import Image

# Beyond this the judges' features of three pictures fill more memory than an ordinary machine has.
LARGEST_SIDE = 2048

Row = dict[str, Any]
Result = Annotated[Path, typer.Argument(help="The picture to score.", show_default=False)]
Content = Annotated[Path, typer.Option(help="The picture that was repainted.", show_default=False)]
Style = Annotated[Path, typer.Option(help="The painting whose style was taken.", show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help="Print a list of objects, one per metric.")]


def score(result: Result, content: Content, style: Style, as_json: AsJson = False) -> None:
    """Score a picture against its content and its style.

    The result is scored at its own size. The content is scaled to the same size, its centre cut out where it
    has another shape; the style is scaled to the same long side. The same scores of the content and of the
    style, handed back in place of a result, give every value a scale.
    """
    rows = _rows(*_pictures(result, content, style))
    if as_json:
        print(json.dumps(rows, indent=2))
    else:
        _print_table(rows)


def _pictures(result: Path, content: Path, style: Path) -> "tuple[Image, Image, Image]":
    """The three pictures as they are compared; InputError for files that cannot be."""
    from PIL import Image, ImageOps

    from nstbench.images.pictures import SMALLEST_SIDE, load_picture, read_picture

    made = read_picture(result)
    if min(made.size) < SMALLEST_SIDE or max(made.size) > LARGEST_SIDE:
        raise InputError(
            f"{result} has {made.width}x{made.height} px; sides of {SMALLEST_SIDE} to {LARGEST_SIDE} px can "
            "be scored, so scale it first"
        )
    size = max(made.size)
    repainted = load_picture(content, size)
    if repainted.size != made.size:
        if any(abs(side - other) > 1 for side, other in zip(repainted.size, made.size, strict=True)):
            print(f"{content} has another shape than {result}: its centre is compared", file=sys.stderr)
        repainted = ImageOps.fit(read_picture(content, size), made.size, Image.Resampling.BICUBIC)
    return made, repainted, load_picture(style, size)


def _rows(result: "Image", content: "Image", style: "Image") -> list[Row]:
    """A row per metric that needs no truth: its value, null with a reason, and those of both controls."""
    from PIL import Image, ImageOps

    from nstbench.images.tensors import to_tensor
    from nstbench.metrics.base import Sighted, Trial
    from nstbench.metrics.scoring import judges, measure

    pictures = (result, content, style, ImageOps.fit(style, result.size, Image.Resampling.BICUBIC))
    made, repainted, painting, cut = (Sighted(to_tensor(picture), judges()) for picture in pictures)
    trials = (Trial(side, repainted, painting) for side in (made, repainted, cut))
    return [
        {
            "metric": own.metric.id,
            "value": _known(own.value),
            "better": own.metric.better,
            "title": own.metric.title,
            "reason": own.reason,
            "content_copied": _known(content_copied.value),
            "style_copied": _known(style_copied.value),
        }
        for own, content_copied, style_copied in zip(*map(measure, trials), strict=True)
        if not own.metric.needs_truth
    ]


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value


def _print_table(rows: list[Row]) -> None:
    """Values as the report writes them, with an arrow in the direction in which each improves."""
    from rich.box import SIMPLE
    from rich.console import Console
    from rich.table import Table

    from nstbench.core.number_format import number
    from nstbench.metrics import metrics

    table = Table("metric", box=SIMPLE, padding=(0, 1, 0, 0))
    for heading in ("result", "content\ncopied", "style\ncopied"):
        table.add_column(heading, justify="right")
    table.add_column("what it measures")
    for row in rows:
        values = (row[column] for column in ("value", "content_copied", "style_copied"))
        written = (number(math.nan if value is None else value) for value in values)
        table.add_row(f"{row['metric']} {metrics()[row['metric']].arrow}", *written, row["title"])
    console = Console(highlight=False)
    console.print(table)
    for reason in dict.fromkeys(row["reason"] for row in rows if row["reason"]):
        ids = ", ".join(row["metric"] for row in rows if row["reason"] == reason)
        console.print(f"{ids}: {reason}.", style="dim")
