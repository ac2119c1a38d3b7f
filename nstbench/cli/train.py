"""nstbench train-backbone"""

from pathlib import Path
from typing import Annotated

import typer

Architecture = Annotated[str, typer.Argument(help="Which network to distil.")]
Images = Annotated[list[Path], typer.Option(help="A folder of pictures; may be given several times.")]
TeacherFile = Annotated[Path, typer.Option("--teacher", help="SqueezeNet 1.0 as safetensors.")]
Out = Annotated[Path, typer.Option("--out", "-o", help="Weights to write; the card goes beside them.")]


def train_backbone(
    images: Images,
    teacher: TeacherFile,
    out: Out,
    architecture: Architecture = "vgg19",
    steps: Annotated[int, typer.Option(help="Training steps of 32 crops.")] = 2800,
    width: Annotated[float, typer.Option(help="Channels relative to the original network.")] = 0.5,
    seed: Annotated[int, typer.Option(help="Seed of initial weights and crops.")] = 0,
) -> None:
    """Distil an embedded backbone from a pretrained SqueezeNet; an interrupted training goes on."""
    from nstbench.progress import progress
    from nstbench.training.backbone import Recipe
    from nstbench.training.backbone import train_backbone as train

    recipe = Recipe(architecture=architecture, width=width, steps=steps, seed=seed)
    with progress(f"distilling {architecture}", steps) as watch:
        train(recipe, images, teacher, out, watch)
    print(f"wrote {out} and {out.with_suffix('.json')}")
