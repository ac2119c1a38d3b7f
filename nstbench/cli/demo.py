"""Usage: `nstbench demo`."""

from pathlib import Path
from typing import Annotated

import typer

from nstbench.cli.output import say

EXAMPLES = ("nstbench demo", "nstbench demo -o village.png --evaluations 300")

Out = Annotated[Path, typer.Option("--out", "-o", help="Where to write the result.")]
Size = Annotated[int, typer.Option(help="Side of the result in pixels.")]
Evaluations = Annotated[int, typer.Option("--evaluations", "--iterations", help="Evaluations of the loss.")]


def demo(out: Out = Path("demo.png"), size: Size = 320, evaluations: Evaluations = 100) -> None:
    """Stylize a shipped picture of a village with a shipped painting of a whirling night."""
    from nstbench.api import stylize
    from nstbench.images.demo import demo_pair

    content, style = demo_pair()
    result = stylize(content, style, out, size=size, evaluations=evaluations)
    say(f"wrote {out} ({result.summary['seconds']} s), from {content} and {style}")
