"""What the commands that train a network share: options, and the training itself."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nstbench.cli.output import say

if TYPE_CHECKING:
    from nstbench.networks.training.trainer import R, Trainer

Photographs = Annotated[
    list[Path] | None,
    typer.Option(
        "--images",
        help="Photographs, or a folder of them; may be given several times.",
        show_default="those of installed packages and of a checkout",
    ),
]
Paintings = Annotated[
    list[Path], typer.Option("--styles", help="Paintings, or a folder of them; may be given several times.")
]
Steps = Annotated[int | None, typer.Option(help="Training steps.", show_default="the preset's")]
Seed = Annotated[int, typer.Option(help="Seed of initial weights and crops.")]
Network = Annotated[Path, typer.Option("--out", "-o", help="Network to write (.safetensors).")]


def given(**options: object) -> dict[str, object]:
    """Give the options that were given, without those that are None."""
    return {name: value for name, value in options.items() if value is not None}


def train(
    trainer: "Trainer[R]",
    recipe: "R",
    title: str,
    styles: Sequence[Path],
    images: list[Path] | None,
    out: Path,
    device: str,
    precision: str,
) -> None:
    """Train on the pictures in the folders `images`, or on our own, and say what was written."""
    from nstbench.core.hardware import resolve
    from nstbench.core.progress import progress
    from nstbench.networks.training.pictures import own_photographs, picture_files
    from nstbench.networks.training.trainer import TrainingTask

    hardware = resolve(device, precision)
    photographs = tuple(picture_files(images) if images else own_photographs())
    with progress(f"{title} on {hardware.device} in {hardware.precision}", recipe.steps) as watch:
        trainer.train(TrainingTask(recipe, tuple(styles), photographs, out, hardware, watch))
    say(f"wrote {out} and {out.with_suffix('.csv')}")
