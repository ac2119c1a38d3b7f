"""A training file: which network the pipeline trains, on what, and for how long."""

from collections.abc import Collection
from pathlib import Path
from typing import Any

from pydantic import Field, model_validator

from nstbench.core.configuration import Named, Record, load_named
from nstbench.core.errors import InputError
from nstbench.core.yaml_files import read_yaml
from nstbench.images.manifest import Manifest
from nstbench.methods import method
from nstbench.networks.training.trainer import Recipe, Trainer, TrainingTask
from nstbench.pipeline.profile import Profile


class Training(Named):
    """One network: `parameters` of a method's trainer with `settings` changed, and pictures by name.

    One that is `based_on` another takes from it what its file does not say, and adds to its settings.
    `steps` says how many a profile takes; one that is not named takes those of the parameters.
    """

    title: str
    based_on: str | None = None
    method: str
    parameters: str
    settings: dict[str, Any] = Field(default={})
    styles: tuple[str, ...] = Field(min_length=1)
    photographs: tuple[str, ...] = Field(min_length=2)
    steps: dict[str, int] = Field(default={})

    @model_validator(mode="after")
    def _fits_its_trainer(self) -> "Training":
        trainer = trainer_of(self.method)
        for steps in ({}, *({"steps": number} for number in self.steps.values())):
            trainer.configure(self.parameters, {**self.settings, **steps})
        if trainer.one_style != (len(self.styles) == 1):
            needed = "one style" if trainer.one_style else "at least two styles"
            raise ValueError(f"{self.method} learns from {needed}; given: {', '.join(self.styles)}")
        return self

    def recipe(self, profile: Profile) -> Recipe:
        steps = {"steps": self.steps[profile.name]} if profile.name in self.steps else {}
        recipe = trainer_of(self.method).configure(self.parameters, {**self.settings, **steps})
        return recipe.with_weights(profile.weights)


class TrainingSpecification(Record):
    """The complete description of a training under a profile; pictures are by the names of those used."""

    id: str
    method: str
    recipe: dict[str, Any]
    styles: tuple[str, ...]
    photographs: tuple[str, ...]
    precision: str

    @property
    def pictures(self) -> set[str]:
        """The names of styles and photographs."""
        return {*self.styles, *self.photographs}


def trainer_of(id: str) -> Trainer:
    """The trainer of method `id`; InputError when its networks are not trained."""
    trainer = method(id).trainer
    if trainer is None:
        raise InputError(f"method {id!r} has no network to train")
    return trainer


def specification(training: Training, profile: Profile, manifest: Manifest) -> TrainingSpecification:
    return TrainingSpecification(
        id=training.id,
        method=training.method,
        recipe=training.recipe(profile).model_dump(),
        styles=tuple(map(manifest.available, training.styles)),
        photographs=tuple(map(manifest.available, training.photographs)),
        precision=profile.precision,
    )


def load_training(file: Path, manifest: Manifest, profiles: Collection[str]) -> Training:
    """Read a training file; InputError names file, key, value and what is allowed."""

    def check(training: Training) -> None:
        for name in (*training.styles, *training.photographs):
            manifest.available(name)
        for name in training.steps:
            if name not in profiles:
                raise InputError(f"steps: unknown profile {name!r}; allowed: {', '.join(profiles)}")

    return load_named(file, Training, check, _with_base)


def _with_base(file: Path, above: tuple[Path, ...] = ()) -> Any:
    """The content of a training file, on top of that of the training that it is based on.

    `above` are the files that are based on it.
    """
    content = read_yaml(file)
    if not isinstance(content, dict) or "based_on" not in content:
        return content
    base_file = file.with_name(f"{content['based_on']}.yaml")
    if base_file in (file, *above):
        raise InputError(f"{file}: based_on {content['based_on']!r} leads back to it; name another training")
    base = _with_base(base_file, (file, *above))
    if not isinstance(base, dict):
        raise InputError(f"{file}: {content['based_on']!r}, on which it is based, is no training")
    settings = [part.get("settings") or {} for part in (base, content)]
    if all(isinstance(part, dict) for part in settings):
        content["settings"] = settings[0] | settings[1]
    return base | content


def carry_out(training: TrainingSpecification, pictures: Path, output: Path) -> None:
    """Train from pictures/<name>.png into `output`; goes on from a checkpoint beside it."""
    from nstbench.core.hardware import resolve
    from nstbench.core.progress import progress
    from nstbench.images.pictures import read_picture

    trainer = trainer_of(training.method)
    recipe = trainer.recipe.model_validate(training.recipe)
    styles = tuple(pictures / f"{name}.png" for name in training.styles)
    photographs = (read_picture(pictures / f"{name}.png") for name in training.photographs)
    with progress(training.id, recipe.steps) as watch:
        hardware = resolve(precision=training.precision)
        trainer.train(TrainingTask(recipe, styles, photographs, output, hardware, watch))
