"""nstbench train-backbone and train-fast"""

from pathlib import Path
from typing import Annotated

import typer

Architecture = Annotated[str, typer.Argument(help="Which network to distil.")]
Images = Annotated[list[Path], typer.Option(help="A folder of pictures; may be given several times.")]
TeacherFile = Annotated[Path, typer.Option("--teacher", help="SqueezeNet 1.0 as safetensors.")]
Out = Annotated[Path, typer.Option("--out", "-o", help="Weights to write; the card goes beside them.")]
Photographs = Annotated[
    list[Path] | None,
    typer.Option(
        "--images",
        help="A folder of photographs; may be given several times.",
        show_default="those of installed packages, and painted scenes",
    ),
]


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


def train_fast(
    style: Annotated[Path, typer.Option(help="The painting to learn.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Network to write (.safetensors).")],
    images: Photographs = None,
    parameters: Annotated[str, typer.Option(help="johnson, jain or everyday.")] = "everyday",
    steps: Annotated[int | None, typer.Option(help="Training steps.", show_default="the set's")] = None,
    seed: Annotated[int, typer.Option(help="Seed of initial weights and crops.")] = 0,
    precision: Annotated[str, typer.Option(help="auto, fp32 or bf16.")] = "auto",
    device: Annotated[str, typer.Option(help="auto, cpu, cuda or mps.")] = "auto",
) -> None:
    """Train a network that paints in one style in a single pass; an interrupted training goes on."""
    from nstbench.hardware import resolve
    from nstbench.methods.johnson2016 import TRAINER
    from nstbench.progress import progress
    from nstbench.training.crops import pictures_in
    from nstbench.training.photographs import own_photographs
    from nstbench.training.trainer import TrainingTask

    changes = {"seed": seed} | ({} if steps is None else {"steps": steps})
    recipe = TRAINER.configure(parameters, changes)
    hardware = resolve(device, precision)
    photographs = pictures_in(images) if images else own_photographs()
    with progress(
        f"learning {style.stem} on {hardware.device} in {hardware.precision}", recipe.steps
    ) as watch:
        TRAINER.train(TrainingTask(recipe, (style,), photographs, out, hardware, watch))
    print(f"wrote {out} and {out.with_suffix('.csv')}")
