"""Usage: `nstbench train-adain --styles PAINTINGS -o NETWORK`."""

from typing import Annotated

import typer

from nstbench.cli.options import Device, Precision
from nstbench.cli.training import Network, Paintings, Photographs, Seed, Steps, given, train

EXAMPLES = ("nstbench train-adain --styles paintings/ --images photographs/ -o mine.safetensors",)


def train_adain(
    styles: Paintings,
    out: Network,
    images: Photographs = None,
    preset: Annotated[str, typer.Option(help="soboleva, literal, huang or default.")] = "default",
    steps: Steps = None,
    stages: Annotated[
        int | None, typer.Option(help="How often weights are kept.", show_default="the preset's")
    ] = None,
    relaunches: Annotated[
        list[float] | None,
        typer.Option(
            "--relaunch-at",
            help="Launch the training anew after this share of it; may be repeated.",
            show_default=False,
        ),
    ] = None,
    relaunch_keeps: Annotated[
        str | None, typer.Option(help="What a launch goes on with: all or weights.", show_default="all")
    ] = None,
    seed: Seed = 0,
    precision: Precision = "auto",
    device: Device = "auto",
) -> None:
    """Train a decoder that stylizes with any style in a single pass; an interrupted training goes on."""
    from nstbench.methods.adain2017.method import TRAINER
    from nstbench.networks.training.pictures import picture_files

    changes = given(
        seed=seed, steps=steps, stages=stages, relaunches=relaunches, relaunch_keeps=relaunch_keeps
    )
    recipe = TRAINER.configure(preset, changes)
    train(TRAINER, recipe, "learning any style", picture_files(styles), images, out, device, precision)
