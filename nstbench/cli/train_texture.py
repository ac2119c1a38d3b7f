"""Usage: `nstbench train-texture --style STYLE -o NETWORK`."""

from pathlib import Path
from typing import Annotated

import typer

from nstbench.cli.options import Device, Precision
from nstbench.cli.training import Network, Photographs, Seed, Steps, given, train

EXAMPLES = ("nstbench train-texture --style bricks.jpg -o bricks.safetensors",)


def train_texture(
    style: Annotated[Path, typer.Option(help="The texture, or the painting, to learn.")],
    out: Network,
    images: Photographs = None,
    preset: Annotated[str, typer.Option(help="texture, stylization, instance or default.")] = "default",
    steps: Steps = None,
    seed: Seed = 0,
    precision: Precision = "auto",
    device: Device = "auto",
) -> None:
    """Train a generator of one texture, or of pictures in one style; an interrupted training goes on."""
    from nstbench.methods.ulyanov2016.recipe import TRAINER

    recipe = TRAINER.configure(preset, given(seed=seed, steps=steps))
    train(TRAINER, recipe, f"learning {style.stem}", (style,), images, out, device, precision)
