"""Usage: `nstbench score RESULT --content C --style S`."""

import math
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from nstbench.cli.output import AsJson, print_json

EXAMPLES = (
    "nstbench score out.png --content cat.jpg --style starry.jpg",
    "nstbench score out.png --content cat.jpg --style starry.jpg --json > scores.json",
)

Result = Annotated[Path, typer.Argument(help="The picture to score.", show_default=False)]
Content = Annotated[Path, typer.Option(help="The picture that was stylized.", show_default=False)]
Style = Annotated[Path, typer.Option(help="The picture whose style was taken.", show_default=False)]


def score(result: Result, content: Content, style: Style, as_json: AsJson = False) -> None:
    """Score a picture against its content and its style, by every metric.

    The result is scored at its own size. The content is scaled to the same size, its centre cut out where it
    has another shape; the style is scaled to the same long side. The same scores of the content and of the
    style, handed back in place of a result, give every value a scale.
    """
    from nstbench.api import score as measure

    scores = list(measure(result, content, style).values())
    if as_json:
        print_json([asdict(each) for each in scores])
        return
    from rich.box import SIMPLE
    from rich.console import Console
    from rich.table import Table

    from nstbench.core.number_format import number
    from nstbench.metrics import metrics

    table = Table("metric", box=SIMPLE, padding=(0, 1, 0, 0))
    for heading in ("result", "content\ncopied", "style\ncopied"):
        table.add_column(heading, justify="right")
    table.add_column("what it measures")
    for each in scores:
        values = (each.value, each.content_copied, each.style_copied)
        written = (number(math.nan if value is None else value) for value in values)
        # The arrow points in the direction in which the metric improves.
        table.add_row(f"{each.metric} {metrics()[each.metric].arrow}", *written, each.title)
    console = Console(highlight=False)
    console.print(table)
    for reason in dict.fromkeys(each.reason for each in scores if each.reason):
        ids = ", ".join(each.metric for each in scores if each.reason == reason)
        console.print(f"{ids}: {reason}.", style="dim", markup=False)
