"""nstbench train-backbone, train-fast and train-adain"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from nstbench.networks.training.trainer import Recipe, Trainer

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
    steps: Annotated[
        int | None, typer.Option(help="Training steps of 32 crops.", show_default="the recipe's")
    ] = None,
    width: Annotated[
        float | None,
        typer.Option(help="Channels relative to the original network.", show_default="the recipe's"),
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of initial weights and crops.")] = 0,
) -> None:
    """Distil an embedded backbone from a pretrained SqueezeNet; an interrupted training goes on."""
    from nstbench.core.configuration import configured
    from nstbench.core.progress import progress
    from nstbench.networks.distillation.student import Recipe
    from nstbench.networks.distillation.student import train_backbone as train

    changes = _given(architecture=architecture, width=width, steps=steps, seed=seed)
    recipe = configured("distillation", Recipe, {"embedded": Recipe()}, "embedded", changes)
    with progress(f"distilling {architecture}", recipe.steps) as watch:
        train(recipe, images, teacher, out, watch)
    print(f"wrote {out} and {out.with_suffix('.json')}")


Steps = Annotated[int | None, typer.Option(help="Training steps.", show_default="the set's")]
Seed = Annotated[int, typer.Option(help="Seed of initial weights and crops.")]
Precision = Annotated[str, typer.Option(help="auto, fp32 or bf16.")]
Device = Annotated[str, typer.Option(help="auto, cpu, cuda or mps.")]
Network = Annotated[Path, typer.Option("--out", "-o", help="Network to write (.safetensors).")]


def train_fast(
    style: Annotated[Path, typer.Option(help="The painting to learn.")],
    out: Network,
    images: Photographs = None,
    parameters: Annotated[str, typer.Option(help="johnson, jain or default.")] = "default",
    steps: Steps = None,
    seed: Seed = 0,
    precision: Precision = "auto",
    device: Device = "auto",
) -> None:
    """Train a network that paints in one style in a single pass; an interrupted training goes on."""
    from nstbench.methods.johnson2016.method import TRAINER

    recipe = TRAINER.configure(parameters, _given(seed=seed, steps=steps))
    _train(TRAINER, recipe, f"learning {style.stem}", (style,), images, out, device, precision)


def train_adain(
    styles: Annotated[list[Path], typer.Option(help="A folder of paintings; may be given several times.")],
    out: Network,
    images: Photographs = None,
    parameters: Annotated[str, typer.Option(help="soboleva, literal, huang or default.")] = "default",
    steps: Steps = None,
    stages: Annotated[
        int | None, typer.Option(help="How often weights are kept.", show_default="the set's")
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
    """Train a decoder that paints in any style in a single pass; an interrupted training goes on."""
    from nstbench.methods.adain2017.method import TRAINER
    from nstbench.networks.training.crops import picture_files

    changes = _given(
        seed=seed, steps=steps, stages=stages, relaunches=relaunches, relaunch_keeps=relaunch_keeps
    )
    recipe = TRAINER.configure(parameters, changes)
    _train(TRAINER, recipe, "learning any style", picture_files(styles), images, out, device, precision)


def _given(**options: Any) -> dict[str, Any]:
    """The options that were given."""
    return {name: value for name, value in options.items() if value is not None}


def _train(
    trainer: "Trainer",
    recipe: "Recipe",
    title: str,
    styles: Sequence[Path],
    images: list[Path] | None,
    out: Path,
    device: str,
    precision: str,
) -> None:
    """Train on the pictures in `images`, or our own, and say what was written."""
    from nstbench.core.hardware import resolve
    from nstbench.core.progress import progress
    from nstbench.networks.training.crops import pictures_in
    from nstbench.networks.training.photographs import own_photographs
    from nstbench.networks.training.trainer import TrainingTask

    hardware = resolve(device, precision)
    photographs = pictures_in(images) if images else own_photographs()
    with progress(f"{title} on {hardware.device} in {hardware.precision}", recipe.steps) as watch:
        trainer.train(TrainingTask(recipe, tuple(styles), photographs, out, hardware, watch))
    print(f"wrote {out} and {out.with_suffix('.csv')}")
