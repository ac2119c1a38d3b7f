"""Trainings of the pipeline."""

import pandas as pd
import pytest

from nstbench.core.errors import InputError
from nstbench.images.manifest import load_manifest
from nstbench.networks.feedforward.inventory import read_card
from nstbench.pipeline.project import CHECKOUT, Project
from nstbench.pipeline.specification import TrainingSpecification
from nstbench.pipeline.training import load_training
from nstbench.pipeline.training_execution import train

MANIFEST = load_manifest(CHECKOUT / "data" / "images.yaml")
PROFILES = ("smoke", "default")
TRAINING = """
id: mine
title: A network
method: johnson2016
parameters: default
settings: {crop: 64, width: 0.125}
styles: [chelsea]
photographs: [coffee, rocket]
steps: {smoke: 1, default: 7}
"""


@pytest.fixture
def file(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text(TRAINING)
    return file


def test_a_profile_decides_the_steps_and_the_weights(file):
    training = load_training(file, MANIFEST, PROFILES)
    recipes = {
        name: training.recipe(Project.load(CHECKOUT, name).profile) for name in ("smoke", "default", "paper")
    }
    assert {name: recipe.steps for name, recipe in recipes.items()} == {
        "smoke": 1,
        "default": 7,
        "paper": 1400,
    }
    assert {recipe.crop for recipe in recipes.values()} == {64}
    assert [recipe.loss.weights for recipe in recipes.values()] == ["embedded", "original", "original"]


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (("crop: 64", "corp: 64"), "corp: unknown key; allowed: steps, architecture"),
        (("johnson2016", "gatys2015"), "method 'gatys2015' has no network to train"),
        (
            ("default", "sunday"),
            "unknown preset 'sunday' of training; allowed: johnson, jain, default",
        ),
        (("smoke: 1", "smoke: 0"), "steps"),
        (("[chelsea]", "[felix]"), "felix"),
        (("[coffee, rocket]", "[coffee]"), "photographs"),
        (("id: mine", "id: yours"), "must be the file's name"),
        (("smoke: 1", "smokee: 1"), "steps: unknown profile 'smokee'; allowed: smoke, default"),
        (("[chelsea]", "[chelsea, temple]"), "johnson2016 learns from one style; given: chelsea, temple"),
        (
            (
                "johnson2016\nparameters: default\nsettings: {crop: 64, width: 0.125}",
                "adain2017\nparameters: huang",
            ),
            "adain2017 learns from at least two styles; given: chelsea",
        ),
        (("styles: [chelsea]\n", ""), "johnson2016 learns from one style; given: none"),
        (
            ("johnson2016\n", "johnson2016_super_resolution\n"),
            "johnson2016_super_resolution learns from no style; given: chelsea",
        ),
        (("settings: {crop: 64, width: 0.125}", "settings:"), "settings: Input should be a valid dictionary"),
    ],
)
def test_mistakes_in_a_training_file_are_said_in_one_line(file, change, complaint):
    file.write_text(TRAINING.replace(*change))
    with pytest.raises(InputError) as failure:
        load_training(file, MANIFEST, PROFILES)
    assert complaint in str(failure.value)
    assert str(file) in str(failure.value)
    assert "\n" not in str(failure.value)


def test_a_training_takes_from_its_base_what_its_file_does_not_say(file):
    other = file.with_name("other.yaml")
    other.write_text("id: other\ntitle: t\nbased_on: mine\nsettings: {crop: 48, batch: 2}\n")
    base, based = load_training(file, MANIFEST, PROFILES), load_training(other, MANIFEST, PROFILES)
    assert based.settings == {"crop": 48, "width": 0.125, "batch": 2}
    assert (based.styles, based.photographs, based.steps) == (base.styles, base.photographs, base.steps)


@pytest.mark.parametrize("settings", ["settings:\n", ""])
def test_a_training_may_change_no_setting_of_its_base(file, settings):
    other = file.with_name("other.yaml")
    other.write_text(f"id: other\nbased_on: mine\n{settings}")
    base, based = load_training(file, MANIFEST, PROFILES), load_training(other, MANIFEST, PROFILES)
    assert based.settings == base.settings


@pytest.mark.parametrize(
    ("based_on", "and_that_on"), [("mine", "mine"), ("other", "mine"), ("other", "other")]
)
def test_trainings_that_are_based_on_each_other_are_told(file, based_on, and_that_on):
    file.write_text(f"id: mine\nbased_on: {based_on}\n")
    file.with_name("other.yaml").write_text(f"id: other\nbased_on: {and_that_on}\n")
    with pytest.raises(InputError, match=rf"\.yaml: based_on '{and_that_on}' leads back to it"):
        load_training(file, MANIFEST, PROFILES)


@pytest.mark.parametrize("settings", ["settings: [crop]\n", "settings: crop\n"])
def test_settings_of_another_kind_are_told(file, settings):
    other = file.with_name("other.yaml")
    other.write_text(f"id: other\nbased_on: mine\n{settings}")
    with pytest.raises(InputError, match="settings: Input should be a valid dictionary"):
        load_training(other, MANIFEST, PROFILES)


def test_a_base_that_is_not_there_is_told(file):
    file.write_text("id: mine\nbased_on: nothing\n")
    with pytest.raises(InputError, match=r"nothing\.yaml cannot be read"):
        load_training(file, MANIFEST, PROFILES)


def test_the_pipeline_trains_from_its_pictures(file, tmp_path, photo):
    for name in ("chelsea", "coffee", "rocket"):
        (tmp_path / f"{name}.png").write_bytes(photo.read_bytes())
    recipe = load_training(file, MANIFEST, PROFILES).recipe(Project.load(CHECKOUT, "smoke").profile)
    specification = TrainingSpecification(
        id="mine",
        method="johnson2016",
        recipe=recipe.model_dump(),
        styles=("chelsea",),
        photographs=("coffee", "rocket"),
        precision="fp32",
    )
    train(specification, tmp_path, tmp_path / "mine.safetensors")
    card = read_card(tmp_path / "mine.safetensors")
    assert (card["style"]["name"], card["steps"], card["width"]) == ("chelsea", 1, 0.125)
    assert len(pd.read_csv(tmp_path / "mine.csv")) == 1
