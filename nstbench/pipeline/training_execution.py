"""Make one network: train it from the pipeline's pictures as its specification says."""

from pathlib import Path

from nstbench.core.hardware import resolve
from nstbench.core.progress import progress
from nstbench.methods import trainer_of
from nstbench.networks.training.trainer import TrainingTask
from nstbench.pipeline.specification import TrainingSpecification


def train(training: TrainingSpecification, pictures: Path, output: Path) -> None:
    """Train from pictures/<name>.png into `output`; goes on from a checkpoint beside it."""
    trainer = trainer_of(training.method)
    recipe = trainer.recipe.model_validate(training.recipe)
    styles = tuple(pictures / f"{name}.png" for name in training.styles)
    photographs = tuple(pictures / f"{name}.png" for name in training.photographs)
    with progress(training.id, recipe.steps) as watch:
        hardware = resolve(precision=training.precision)
        trainer.train(TrainingTask(recipe, styles, photographs, output, hardware, watch))
