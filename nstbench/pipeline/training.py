"""A training file: which network the pipeline trains, on what, and for how long."""

from collections.abc import Collection
from pathlib import Path
from typing import Any

from pydantic import Field, model_validator

from nstbench.core.configuration import Name, Named, is_plain_name, load_named
from nstbench.core.errors import InputError
from nstbench.core.yaml_files import read_yaml
from nstbench.images.manifest import Manifest
from nstbench.methods import trainer_of
from nstbench.networks.training.trainer import Recipe
from nstbench.networks.weight_sources import check_weights
from nstbench.pipeline.profile import Profile
from nstbench.pipeline.specification import TrainingSpecification


class Training(Named):
    """One network: `parameters` of a method's trainer with `settings` changed, and pictures by name.

    One that is `based_on` another takes from it what its file does not say, and adds to its settings.
    `steps` says how many a profile takes; one that is not named takes those of the parameters. `weights` are
    those of the loss network or encoder, where the profile's are not to be used.
    """

    based_on: Name | None = None
    title: str
    method: str
    parameters: str
    settings: dict[str, Any] = Field(default={})
    styles: tuple[Name, ...] = ()
    photographs: tuple[Name, ...] = Field(min_length=2)
    steps: dict[Name, int] = Field(default={})
    weights: str | None = None

    @model_validator(mode="after")
    def _fits_its_trainer(self) -> "Training":
        trainer = trainer_of(self.method)
        for steps in ({}, *({"steps": number} for number in self.steps.values())):
            trainer.configure(self.parameters, {**self.settings, **steps})
        fits, needed = {
            True: (len(self.styles) == 1, "one style"),
            False: (len(self.styles) >= 2, "at least two styles"),
            None: (not self.styles, "no style"),
        }[trainer.one_style]
        if not fits:
            raise ValueError(f"{self.method} learns from {needed}; given: {', '.join(self.styles) or 'none'}")
        return self

    def recipe(self, profile: Profile) -> Recipe:
        """How the network is trained under a profile: its steps, and its weights in other networks."""
        steps = {"steps": self.steps[profile.name]} if profile.name in self.steps else {}
        recipe = trainer_of(self.method).configure(self.parameters, {**self.settings, **steps})
        return recipe.with_weights(self.weights or profile.weights)

    def specification(self, profile: Profile, manifest: Manifest) -> TrainingSpecification:
        """What is trained under a profile, from the pictures that are here."""
        return TrainingSpecification(
            id=self.id,
            method=self.method,
            recipe=self.recipe(profile).model_dump(),
            styles=tuple(map(manifest.available, self.styles)),
            photographs=tuple(map(manifest.available, self.photographs)),
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
        if training.weights:
            check_weights(training.weights)

    return load_named(file, Training, check, _with_base)


def _with_base(file: Path, above: tuple[Path, ...] = ()) -> Any:
    """The content of a training file, on top of that of the training that it is based on.

    `above` are the files that are based on it.
    """
    content = read_yaml(file)
    if not isinstance(content, dict) or not is_plain_name(content.get("based_on")):
        return content  # As it is, or for the model to refuse.
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
