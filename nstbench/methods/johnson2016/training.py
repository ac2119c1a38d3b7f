"""Train a transformation network on one style: photographs in, paintings out, judged by a loss network.

Source: Johnson, Alahi and Fei-Fei 2016, arXiv:1603.08155.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from nstbench.core.errors import InputError
from nstbench.core.files import sha256
from nstbench.core.hardware import Hardware
from nstbench.images.pictures import load_picture
from nstbench.images.tensors import to_tensor
from nstbench.losses.objective import Objective
from nstbench.methods.base import Task
from nstbench.methods.descent import open_backbone
from nstbench.methods.gatys2015.method import terms_besides_style
from nstbench.methods.johnson2016.architecture import architecture
from nstbench.methods.johnson2016.network import KIND, Transformation
from nstbench.methods.johnson2016.recipe import TransformationRecipe
from nstbench.networks.feedforward.files import check_network_output, save_network
from nstbench.networks.training.crops import CropSource
from nstbench.networks.training.loop import Schedule, train
from nstbench.networks.training.trainer import TrainingTask
from nstbench.optim.checkpoints import Checkpoint


class Lesson:
    """The loss of a step: crops painted by the network, compared with themselves and with the style."""

    def __init__(
        self,
        recipe: TransformationRecipe,
        style: Tensor,
        crops: CropSource,
        network: Transformation,
        hardware: Hardware,
    ) -> None:
        self.crops, self.network = crops, network
        self.task = Task(style, style, recipe.loss, recipe.seed, hardware)
        self.backbone = open_backbone(self.task)
        terms = recipe.terms_of(self.task, self.backbone)
        self.names = [term.name for term in terms]
        # Distances are sums over a batch; these are to count as means, as those from the content do.
        self.style_terms = [
            replace(term, factor=term.factor / recipe.batch)
            for term in terms
            if term.name.startswith("style/")
        ]

    def __call__(self, step: int) -> Tensor:
        """(1 + T,): the weighted total, then every term's own loss."""
        photographs = self.crops.training(step).to(self.task.hardware.device)
        with self.task.hardware.autocast():
            painted = self.network(photographs)
        others = terms_besides_style(replace(self.task, content=photographs), self.backbone)
        by_name = {term.name: term for term in (*others, *self.style_terms)}
        return Objective(self.backbone, [by_name[name] for name in self.names])(painted.float())


def train_transformation(task: TrainingTask) -> None:
    """Train by a `TransformationRecipe` on one style.

    Goes on from a checkpoint of the same recipe, style and number of photographs. Raises InputError when
    there is not one style, when the output does not end in .safetensors, or when a file cannot be read or
    written.
    """
    recipe: TransformationRecipe = task.recipe
    style = _only(task.styles)
    check_network_output(task.output)
    hardware = task.hardware
    painting = to_tensor(load_picture(style, recipe.style_size)).to(hardware.device)
    crops = CropSource(task.photographs, recipe.crop, recipe.batch, recipe.seed)
    torch.manual_seed(recipe.seed)
    network = Transformation(architecture(recipe.architecture), recipe.width)
    network.to(hardware.device).to(memory_format=torch.channels_last)
    lesson = Lesson(recipe, painting, crops, network, hardware)
    identity = {
        "recipe": recipe.model_dump(),
        "style": sha256(style),
        "training_pictures": len(crops.training_pictures),
    }
    checkpoint = Checkpoint(task.output.with_suffix(".checkpoint"))
    schedule = Schedule(recipe.steps, recipe.rate, recipe.decay)
    training = train(network, lesson, lesson.names, schedule, identity, task.watch, checkpoint)
    save_network(network.state_dict(), _card(recipe, style, crops), task.output)
    training.curve.write(task.output.with_suffix(".csv"))
    checkpoint.remove()


def _only(styles: tuple[Path, ...]) -> Path:
    if len(styles) != 1:
        raise InputError(f"{len(styles)} styles given; a fast network learns one, so give one")
    return styles[0]


def _card(recipe: TransformationRecipe, style: Path, crops: CropSource) -> dict[str, Any]:
    return {
        "kind": KIND,
        "architecture": recipe.architecture,
        "width": recipe.width,
        "style": {"name": style.stem, "sha256": sha256(style)},
        "backbone": recipe.loss.backbone,
        "steps": recipe.steps,
        "recipe": recipe.model_dump(),
        "training_pictures": len(crops.training_pictures),
    }
