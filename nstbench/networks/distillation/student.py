"""Distil an embedded backbone from a pretrained teacher's activations.

Smooth-L1 to the teacher's standardised activations of the same stride, through 1x1 heads, and a penalty on
channels that fire rarely and hugely; AdamW with a cosine schedule; batch normalisation during training,
folded into the convolutions afterwards.
"""

import dataclasses
import json
import math
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from pydantic import Field, field_validator
from torch import Tensor, nn
from torch.nn.functional import smooth_l1_loss

from nstbench.core.configuration import Seed
from nstbench.core.errors import InputError
from nstbench.core.files import write_text
from nstbench.core.progress import Watch
from nstbench.networks.backbone import Backbone
from nstbench.networks.catalogue import ARCHITECTURES
from nstbench.networks.distillation.batch_norm import fold_batch_norm, insert_batch_norm
from nstbench.networks.distillation.rarity import Rarity
from nstbench.networks.distillation.teacher import Teacher
from nstbench.networks.feedforward.files import check_network_output
from nstbench.networks.normalisation import calibrate
from nstbench.networks.training import trainer
from nstbench.networks.training.crops import CropSource
from nstbench.networks.training.pictures import pictures_in
from nstbench.networks.weight_files import save_weights
from nstbench.networks.weight_sources import EMBEDDED_WIDTH
from nstbench.optim.checkpoints import Checkpoint

# Student layer -> teacher activations of the same stride.
HEADS = {
    "vgg19": {
        "relu2_2": ("relu1",),
        "relu3_2": ("fire2",),
        "relu3_4": ("fire3", "fire4"),
        "relu4_2": ("fire5",),
        "relu4_4": ("fire6", "fire7"),
        "relu5_2": ("pool8",),
        "relu5_4": ("fire9",),
    },
    "vgg16": {
        "relu2_2": ("relu1",),
        "relu3_2": ("fire2",),
        "relu3_3": ("fire3", "fire4"),
        "relu4_2": ("fire5",),
        "relu4_3": ("fire6", "fire7"),
        "relu5_2": ("pool8",),
        "relu5_3": ("fire9",),
    },
    "alexnet": {
        "relu1": ("fire2",),
        "relu2": ("fire5", "fire6"),
        "relu3": ("pool8",),
        "relu5": ("fire9",),
    },
    "googlenet": {
        "relu1": ("relu1",),
        "relu2": ("fire2", "fire3", "fire4"),
        "inception3a": ("fire5",),
        "inception3b": ("fire6", "fire7"),
        "inception4b": ("pool8",),
        "inception4e": ("fire9",),
        "inception5b": ("pool9",),
    },
}
WARMUP_STEPS = 100
# Crops that measure the teacher's channels; far behind any step that is trained on.
CALIBRATION_STEPS = range(65_528, 65_536)


class Recipe(trainer.Recipe):
    """Everything that decides the result of a distillation."""

    architecture: str = "vgg19"
    width: float = Field(default=EMBEDDED_WIDTH, gt=0, le=1)
    steps: int = Field(default=2800, ge=1)
    batch: int = Field(default=32, ge=1)
    crop: int = Field(default=128, ge=64)
    learning_rate: float = Field(default=2e-3, gt=0)
    weight_decay: float = Field(default=1e-2, ge=0)
    rarity: float = Field(default=0.1, ge=0)
    seed: Seed = 0

    @field_validator("architecture")
    @classmethod
    def _has_heads(cls, id: str) -> str:
        if id not in HEADS:
            raise InputError(f"unknown architecture {id!r} to distil; allowed: {', '.join(HEADS)}")
        return id


@dataclass
class Progress:
    """How far a distillation has come; saved with every checkpoint."""

    step: int = 0
    seconds: float = 0.0
    loader_seconds: float = 0.0
    curve: list[dict[str, float]] = field(default_factory=list)


class Student(nn.Module):
    """The backbone in training, with a 1x1 head for each group of teacher activations."""

    def __init__(self, recipe: Recipe, teacher: Teacher) -> None:
        super().__init__()
        torch.manual_seed(recipe.seed)
        self.backbone = Backbone(ARCHITECTURES[recipe.architecture], recipe.width)
        insert_batch_norm(self.backbone)
        self.rarity = Rarity(self.backbone)
        self.taps = HEADS[recipe.architecture]
        channels = teacher.channels
        self.heads = nn.ModuleDict(
            {
                layer: nn.Conv2d(
                    self.backbone.architecture.channels(layer, recipe.width),
                    sum(channels[tap] for tap in taps),
                    kernel_size=1,
                )
                for layer, taps in self.taps.items()
            }
        )

    def forward(self, images: Tensor) -> dict[str, Tensor]:
        features = self.backbone(images, self.taps)
        return {layer: self.heads[layer](features[layer]) for layer in self.taps}

    def lessons(self, images: Tensor, teacher: Teacher) -> dict[str, tuple[Tensor, Tensor]]:
        """Prediction and target per tapped layer, in bf16 where the machine multiplies matrices.

        Windows without padding leave some students a row and a column short of their teacher.
        """
        with torch.autocast("cpu", torch.bfloat16):
            activations = teacher(images)
            predictions = self(images)
        lessons = {}
        for layer, taps in self.taps.items():
            height, width = predictions[layer].shape[-2:]
            target = torch.cat([activations[tap] for tap in taps], 1)[..., :height, :width]
            lessons[layer] = predictions[layer].float(), target
        return lessons


def train_backbone(
    recipe: Recipe,
    folders: list[Path],
    teacher_file: Path,
    output: Path,
    watch: Watch,
) -> None:
    """Train by `recipe` and write OUTPUT (.safetensors, fp16) and its card (OUTPUT with suffix .json).

    Resumes from OUTPUT with suffix .checkpoint when that holds the same recipe. `watch` is called after
    every step with its number and the loss. Raises InputError when OUTPUT does not end in .safetensors, or
    when a file cannot be read or written.
    """
    check_network_output(output)
    teacher = Teacher.load(teacher_file).to(memory_format=torch.channels_last)
    crops = CropSource(pictures_in(folders), recipe.crop, recipe.batch, recipe.seed)
    teacher.calibrate(torch.cat([crops.training(step) for step in CALIBRATION_STEPS]))
    student = Student(recipe, teacher).to(memory_format=torch.channels_last)
    optimiser = torch.optim.AdamW(
        student.parameters(), recipe.learning_rate, weight_decay=recipe.weight_decay, fused=True
    )
    checkpoint = Checkpoint(output.with_suffix(".checkpoint"))
    progress = _resume(checkpoint, recipe, student, optimiser)
    while progress.step < recipe.steps:
        started = time.perf_counter()
        images = crops.training(progress.step)
        progress.loader_seconds += time.perf_counter() - started
        loss = _train_step(recipe, student, teacher, optimiser, images, progress.step)
        progress.step += 1
        progress.seconds += time.perf_counter() - started
        if progress.step % 250 == 0 or progress.step == recipe.steps:
            progress.curve.append({"step": progress.step, **_held_out_r2(student, teacher, crops)})
        watch(progress.step, loss)
        if checkpoint.due or progress.step == recipe.steps:
            checkpoint.save(_state(recipe, student, optimiser, progress))
    _export(recipe, student, crops, progress, teacher_file, output)
    checkpoint.remove()


def _learning_rate(recipe: Recipe, step: int) -> float:
    warm = min(1.0, (step + 1) / WARMUP_STEPS)
    return recipe.learning_rate * warm * 0.5 * (1 + math.cos(math.pi * step / recipe.steps))


def _train_step(
    recipe: Recipe,
    student: Student,
    teacher: Teacher,
    optimiser: torch.optim.Optimizer,
    images: Tensor,
    step: int,
) -> float:
    student.train()
    for group in optimiser.param_groups:
        group["lr"] = _learning_rate(recipe, step)
    losses = [smooth_l1_loss(*lesson) for lesson in student.lessons(images, teacher).values()]
    loss = torch.stack(losses).sum() + recipe.rarity * student.rarity.take()
    optimiser.zero_grad(set_to_none=True)
    loss.backward()
    optimiser.step()
    return loss.item()


@torch.no_grad()
def _held_out_r2(student: Student, teacher: Teacher, crops: CropSource, batches: int = 6) -> dict[str, float]:
    """1 - residual / variance of the teacher's activations on pictures never trained on."""
    student.eval()
    residual: dict[str, float] = dict.fromkeys(student.taps, 0.0)
    variance: dict[str, float] = dict.fromkeys(student.taps, 0.0)
    for step in range(batches):
        for layer, (prediction, target) in student.lessons(crops.held_out(step), teacher).items():
            residual[layer] += (prediction - target).square().sum().item()
            variance[layer] += (target - target.mean((0, 2, 3), keepdim=True)).square().sum().item()
    return {layer: round(1 - residual[layer] / variance[layer], 4) for layer in residual}


def _resume(
    checkpoint: Checkpoint, recipe: Recipe, student: Student, optimiser: torch.optim.Optimizer
) -> Progress:
    state = checkpoint.load()
    if state is None or state["recipe"] != recipe.model_dump():
        return Progress()
    student.load_state_dict(state["student"])
    optimiser.load_state_dict(state["optimiser"])
    return Progress(**state["progress"])


def _state(
    recipe: Recipe, student: Student, optimiser: torch.optim.Optimizer, progress: Progress
) -> dict[str, Any]:
    return {
        "recipe": recipe.model_dump(),
        "student": student.state_dict(),
        "optimiser": optimiser.state_dict(),
        "progress": dataclasses.asdict(progress),
    }


def _export(
    recipe: Recipe, student: Student, crops: CropSource, progress: Progress, teacher_file: Path, output: Path
) -> None:
    backbone = student.eval().backbone
    fold_batch_norm(backbone)
    calibration = calibrate(backbone, *crops.calibration())
    save_weights(backbone, calibration, output)
    card = {
        "recipe": recipe.model_dump(),
        "teacher": teacher_file.stem,
        "training_pictures": len(crops.training_pictures),
        "held_out_pictures": len(crops.held_out_pictures),
        "crops_seen": recipe.steps * recipe.batch,
        "normalised_on": calibration.pictures,
        "dead_channels": calibration.dead_channels,
        "training_minutes": round(progress.seconds / 60, 1),
        "loader_share": round(progress.loader_seconds / progress.seconds, 3),
        "held_out_r2": progress.curve,
    }
    write_text(output.with_suffix(".json"), json.dumps(card, indent=2) + "\n")
