"""Distil an embedded backbone from the activations of the original VGG-19.

Smooth-L1 to the teacher's standardised activations, and a penalty on channels that fire rarely and hugely;
AdamW with a cosine schedule; batch normalisation during training, folded into the convolutions afterwards.
"""

import json
from pathlib import Path

import torch
from pydantic import Field, field_validator
from torch import Tensor
from torch.nn.functional import smooth_l1_loss

from nstbench.core.configuration import Seed
from nstbench.core.errors import InputError
from nstbench.core.files import write_text
from nstbench.core.progress import Watch
from nstbench.networks.distillation.batch_norm import fold_batch_norm
from nstbench.networks.distillation.lessons import Lessons
from nstbench.networks.distillation.student import HEADS, Student
from nstbench.networks.distillation.teacher import Teacher
from nstbench.networks.feedforward.files import check_network_output
from nstbench.networks.normalisation import calibrate
from nstbench.networks.training.crops import CropSource
from nstbench.networks.training.loop import Schedule, Training, train
from nstbench.networks.training.pictures import picture_files
from nstbench.networks.training.trainer import Recipe
from nstbench.networks.weight_files import save_weights
from nstbench.networks.weight_sources import EMBEDDED_WIDTH
from nstbench.optim.checkpoints import Checkpoint

WARMUP_STEPS = 100
# The student is compared with its teacher on as many batches of pictures that are held out.
EVALUATION_BATCHES = 6


class DistillationRecipe(Recipe):
    """Everything that decides the result of a distillation besides the pictures and the teacher.

    Parameters
    ----------
    architecture
        Of the student; a key of HEADS.
    width
        Its channels relative to the original network, in (0, 1].
    steps, batch, crop
        How many steps of how many crops of how many pixels a side.
    batches
        How many different ones; the training goes through them again and again.
    learning_rate, weight_decay
        Of AdamW; the rate rises over WARMUP_STEPS and falls to 0 along a cosine.
    rarity
        Weight of the penalty on channels that fire rarely and hugely.
    seed
        Of the first weights and the crops.
    """

    architecture: str = "vgg19"
    width: float = Field(default=EMBEDDED_WIDTH, gt=0, le=1)
    steps: int = Field(default=2800, ge=1)
    batches: int = Field(default=700, ge=1)
    batch: int = Field(default=57, ge=1)
    crop: int = Field(default=96, ge=64)
    learning_rate: float = Field(default=4e-3, gt=0)
    weight_decay: float = Field(default=1e-2, ge=0)
    rarity: float = Field(default=0.1, ge=0)
    seed: Seed = 0

    @field_validator("architecture")
    @classmethod
    def _has_heads(cls, id: str) -> str:
        if id not in HEADS:
            raise InputError(f"unknown architecture {id!r} to distil; allowed: {', '.join(HEADS)}")
        return id


def train_backbone(
    recipe: DistillationRecipe,
    folders: list[Path],
    teacher_weights: str,
    lessons_folder: Path,
    output: Path,
    watch: Watch,
) -> None:
    """Train a backbone, and write its weights, its card, and on the way a checkpoint.

    Goes on from a checkpoint of the same recipe.

    Parameters
    ----------
    recipe
        How.
    folders
        Of pictures to train on.
    teacher_weights
        Of a VGG-19, as of `load_backbone`.
    lessons_folder
        Where batches and the teacher's activations are kept, for every student that learns by such a recipe.
    output
        The file to write (.safetensors, fp16). Beside it lie the card (.json) and, until the training is
        done, a checkpoint (.checkpoint).
    watch
        Called after every step with its number and the loss.

    Raises
    ------
    InputError
        When the output does not end in .safetensors, or when a file cannot be read or written.
    """
    check_network_output(output)
    teacher = Teacher.load(teacher_weights)
    crops = CropSource(picture_files(folders), recipe.crop, recipe.batch, recipe.seed)
    lessons = Lessons(teacher, crops, lessons_folder, teacher_weights)
    student = Student(recipe.architecture, recipe.width, recipe.seed, teacher)
    student.to(memory_format=torch.channels_last)

    def losses_at(step: int) -> Tensor:
        grid = step % recipe.batches
        images, targets = lessons.training(grid)
        predictions = student(images, grid)
        losses = [smooth_l1_loss(predictions[layer], targets[tap]) for layer, tap in student.taps.items()]
        losses.append(student.rarity.take())
        return torch.stack([sum(losses[:-1], recipe.rarity * losses[-1]), *losses])

    schedule = Schedule(
        recipe.steps, recipe.learning_rate, "cosine", warmup=WARMUP_STEPS, weight_decay=recipe.weight_decay
    )
    checkpoint = Checkpoint(output.with_suffix(".checkpoint"))
    terms = [*student.taps, "rarity"]
    training = train(
        student, losses_at, terms, schedule, recipe.model_dump(), watch, checkpoint,
        held_out=lambda: _held_out_r2(student, lessons),
    )  # fmt: skip
    _export(recipe, student, crops, training, teacher_weights, output)
    checkpoint.remove()


def _held_out_r2(student: Student, lessons: Lessons) -> dict[str, float]:
    """1 - residual / variance of the teacher's activations on pictures never trained on, by tapped layer."""
    residual: dict[str, float] = dict.fromkeys(student.taps, 0.0)
    variance: dict[str, float] = dict.fromkeys(student.taps, 0.0)
    for grid in range(EVALUATION_BATCHES):
        images, targets = lessons.held_out(grid)
        predictions = student(images, grid)
        for layer, tap in student.taps.items():
            target = targets[tap]
            residual[layer] += (predictions[layer] - target).square().sum().item()
            variance[layer] += (target - target.mean((0, 2, 3), keepdim=True)).square().sum().item()
    return {layer: 1 - residual[layer] / variance[layer] for layer in residual}


def _export(
    recipe: DistillationRecipe,
    student: Student,
    crops: CropSource,
    training: Training,
    teacher_weights: str,
    output: Path,
) -> None:
    """Write weights and card."""
    backbone = student.eval().backbone
    fold_batch_norm(backbone)
    calibration = calibrate(backbone, *crops.calibration())
    save_weights(backbone, calibration, output)
    card = {
        "recipe": recipe.model_dump(),
        "teacher": f"vgg19, {teacher_weights}",
        "training_pictures": len(crops.training_pictures),
        "held_out_pictures": len(crops.held_out_pictures),
        "crops_seen": recipe.steps * recipe.batch,
        "normalised_on": calibration.pictures,
        "dead_channels": calibration.dead_channels,
        "training_minutes": round(training.curve.seconds[-1] / 60, 1),
        "held_out_r2": training.held_out,
    }
    write_text(output.with_suffix(".json"), json.dumps(card, indent=2) + "\n")
