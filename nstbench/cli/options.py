"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

Precision = Annotated[str, typer.Option(help="auto, fp32 or bf16.")]
Device = Annotated[str, typer.Option(help="auto, cpu, cuda or mps.")]
Results = Annotated[Path, typer.Option(help="The folder with the pipeline's results.")]
