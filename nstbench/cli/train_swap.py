"""Usage: `nstbench train-swap --styles PAINTINGS -o NETWORK`."""

from typing import Annotated

import typer

from nstbench.cli.options import Device, Precision
from nstbench.cli.training import Network, Paintings, Photographs, Seed, Steps, given, train

EXAMPLES = ("nstbench train-swap --styles paintings/ --images photographs/ -o mine.safetensors",)


def train_swap(
    styles: Paintings,
    out: Network,
    images: Photographs = None,
    preset: Annotated[str, typer.Option(help="paper or default.")] = "default",
    steps: Steps = None,
    seed: Seed = 0,
    precision: Precision = "auto",
    device: Device = "auto",
) -> None:
    """Train an inverse network for the style swap, for any style; an interrupted training goes on."""
    from nstbench.methods.chen2016.recipe import TRAINER
    from nstbench.networks.training.pictures import picture_files

    recipe = TRAINER.configure(preset, given(seed=seed, steps=steps))
    train(TRAINER, recipe, "learning to invert", picture_files(styles), images, out, device, precision)
