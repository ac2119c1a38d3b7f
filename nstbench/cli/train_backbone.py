"""Usage: `nstbench train-backbone [ARCHITECTURE] --images FOLDER --lessons FOLDER -o WEIGHTS`."""

from pathlib import Path
from typing import Annotated

import typer

from nstbench.cli.output import say
from nstbench.cli.training import Seed, given

EXAMPLES = (
    "nstbench train-backbone vgg19 --images photographs/ --images paintings/ --lessons lessons/ "
    "-o vgg19.safetensors",
)

Architecture = Annotated[str, typer.Argument(help="Which network to distil.")]
Images = Annotated[
    list[Path], typer.Option(help="Pictures, or a folder of them; may be given several times.")
]
Lessons = Annotated[
    Path,
    typer.Option(
        help="A folder for crops' activations in the teacher (7 GB); trainings of other networks share it."
    ),
]
Out = Annotated[Path, typer.Option("--out", "-o", help="Weights to write; the card goes beside them.")]


def train_backbone(
    images: Images,
    lessons: Lessons,
    out: Out,
    architecture: Architecture = "vgg19",
    teacher: Annotated[
        str, typer.Option(help="Weights of VGG-19: original, imagenet, or a file.")
    ] = "original",
    steps: Annotated[
        int | None, typer.Option(help="Training steps of 57 crops.", show_default="the recipe's")
    ] = None,
    width: Annotated[
        float | None,
        typer.Option(help="Channels relative to the original network.", show_default="the recipe's"),
    ] = None,
    seed: Seed = 0,
) -> None:
    """Distil an embedded backbone from the original VGG-19; an interrupted training goes on."""
    from nstbench.core.configuration import configured
    from nstbench.core.progress import progress
    from nstbench.networks.distillation.training import DistillationRecipe
    from nstbench.networks.distillation.training import train_backbone as train

    changes = given(architecture=architecture, width=width, steps=steps, seed=seed)
    recipe = configured(
        "distillation", DistillationRecipe, {"embedded": DistillationRecipe()}, "embedded", changes
    )
    with progress(f"distilling {architecture}", recipe.steps) as watch:
        train(recipe, images, teacher, lessons, out, watch)
    say(f"wrote {out} and {out.with_suffix('.json')}")
