"""Usage: `nstbench train-fast --style STYLE -o NETWORK`."""

from pathlib import Path
from typing import Annotated

import typer

from nstbench.cli.options import Device, Precision
from nstbench.cli.training import Network, Photographs, Seed, Steps, given, train

EXAMPLES = ("nstbench train-fast --style starry.jpg --images photographs/ -o starry.safetensors",)


def train_fast(
    style: Annotated[Path, typer.Option(help="The painting to learn.")],
    out: Network,
    images: Photographs = None,
    preset: Annotated[str, typer.Option(help="johnson, jain or default.")] = "default",
    steps: Steps = None,
    seed: Seed = 0,
    precision: Precision = "auto",
    device: Device = "auto",
) -> None:
    """Train a network that stylizes with one style in a single pass; an interrupted training goes on."""
    from nstbench.methods.johnson2016.method import TRAINER

    recipe = TRAINER.configure(preset, given(seed=seed, steps=steps))
    train(TRAINER, recipe, f"learning {style.stem}", (style,), images, out, device, precision)
