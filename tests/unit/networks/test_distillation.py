"""Training a backbone on a teacher: its files, its checkpoint, and how mistakes are told."""

import json

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file, save_file

from nstbench.core.errors import InputError
from nstbench.core.hardware import Hardware
from nstbench.networks.distillation import lessons
from nstbench.networks.distillation.student import HEADS
from nstbench.networks.distillation.teacher import Teacher
from nstbench.networks.distillation.training import EVALUATION_BATCHES, DistillationRecipe, train_backbone
from nstbench.networks.loading import load_backbone, random_backbone
from nstbench.networks.vgg import VGG19
from nstbench.networks.weight_sources import embedded_file

RECIPE = DistillationRecipe(architecture="alexnet", width=0.0625, steps=3, batches=2, batch=2, crop=64)


class KilledError(Exception):
    """What ends a training in the middle."""


@pytest.fixture
def photographs(tmp_path):
    folder = tmp_path / "photographs"
    folder.mkdir()
    for number in range(2):
        noise = np.random.default_rng(number).integers(0, 256, (5, 6, 3), dtype=np.uint8)
        Image.fromarray(noise).resize((80, 70)).save(folder / f"{number}.png")
    return folder


@pytest.fixture
def teacher(tmp_path):
    """A narrow VGG-19 that has learned nothing."""
    file = tmp_path / "teacher.safetensors"
    convolutions = random_backbone(VGG19, 0.0625, "max", seed=0).convolutions
    parts = {f"{name}.{part}": t for name, c in convolutions.items() for part, t in c.state_dict().items()}
    save_file(parts, file)
    return file


@pytest.fixture
def distil(photographs, teacher, tmp_path, monkeypatch):
    """Trains by `recipe` into a file by name; `seen` collects the steps."""
    monkeypatch.setattr(lessons, "CALIBRATION_BATCHES", range(65_535, 65_536))
    monkeypatch.setattr("nstbench.optim.checkpoints.SECONDS_BETWEEN", 0.0)

    def distil(name, recipe=RECIPE, killed_at=None):
        def watch(step, loss):
            distil.seen.append(step)
            if step == killed_at:
                raise KilledError

        distil.seen = []
        output = tmp_path / f"{name}.safetensors"
        train_backbone(recipe, [photographs], str(teacher), tmp_path / "lessons", output, watch)
        return output

    return distil


def test_training_leaves_a_network_and_its_card(distil):
    output = distil("whole")
    card = json.loads(output.with_suffix(".json").read_text())
    assert DistillationRecipe.model_validate(card["recipe"]) == RECIPE
    assert (card["crops_seen"], card["training_pictures"], card["held_out_r2"][-1]["step"]) == (6, 1, 3)
    assert not output.with_suffix(".checkpoint").exists()
    network = load_backbone("alexnet", str(output), "max", Hardware(torch.device("cpu"), "fp32"))
    assert (network.width, network.calibration) == (0.0625, "1 training pictures (224 px)")


def test_a_training_that_goes_on_ends_with_the_same_weights(distil):
    whole = load_file(distil("whole"))
    with pytest.raises(KilledError):
        distil("cut", killed_at=2)
    cut = load_file(distil("cut"))
    assert distil.seen == [2, 3]
    assert whole.keys() == cut.keys()
    assert all(torch.equal(whole[name], cut[name]) for name in whole)


def test_students_share_their_lessons(distil, tmp_path, monkeypatch):
    distil("one")
    written = {file: file.stat().st_mtime_ns for file in (tmp_path / "lessons").iterdir()}
    # Two batches to train on, and those held out.
    assert len(written) == 1 + 2 + EVALUATION_BATCHES
    monkeypatch.delattr(Teacher, "forward")
    distil("two", DistillationRecipe.model_validate({**RECIPE.model_dump(), "architecture": "vgg16"}))
    assert written == {file: file.stat().st_mtime_ns for file in (tmp_path / "lessons").iterdir()}


def test_lessons_of_another_training_are_refused(distil):
    distil("one")
    with pytest.raises(
        InputError, match=r"lessons holds lessons with a batch of 2, not 3; give another folder"
    ):
        distil("two", DistillationRecipe.model_validate({**RECIPE.model_dump(), "batch": 3}))


def test_a_damaged_checkpoint_or_one_of_another_recipe_is_a_fresh_start(distil, tmp_path):
    (tmp_path / "new.checkpoint").write_bytes(b"half a checkpoi")
    with pytest.raises(KilledError):
        distil("new", killed_at=1)
    with pytest.raises(KilledError):
        distil("new", DistillationRecipe.model_validate({**RECIPE.model_dump(), "rarity": 0.2}), killed_at=1)
    assert distil.seen == [1]


def test_the_default_is_what_the_shipped_networks_were_trained_with():
    for id in HEADS:
        card = json.loads(embedded_file(id).with_suffix(".json").read_text())
        assert card["recipe"]["steps"] == DistillationRecipe().steps
        assert card["recipe"]["width"] == DistillationRecipe().width


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (
            ("resnet50",),
            "unknown architecture 'resnet50' to distil; allowed: vgg19, vgg16, alexnet, googlenet",
        ),
        (("squeezenet1_0",), "unknown architecture 'squeezenet1_0' to distil"),
        (("alexnet", "--steps", "-1"), "distillation: steps: Input should be greater than or equal to 1"),
        (("alexnet", "--width", "0"), "distillation: width: Input should be greater than 0"),
        (("alexnet", "--width", "nan"), "distillation: width: Input should be a finite number"),
        (("alexnet", "--seed", str(2**64)), "distillation: seed: Input should be less than"),
        (("alexnet", "-o", "alexnet.pth"), "alexnet.pth must end in .safetensors"),
        (("alexnet", "--teacher", "nobody.safetensors"), "weights 'nobody.safetensors' do not exist"),
    ],
)
def test_mistakes_are_told_in_one_line_before_pictures_are_read(run, teacher, arguments, complaint):
    given = ("--images", "nowhere", "--lessons", "lessons", "-o", "out.safetensors", "--teacher", teacher)
    done = run("train-backbone", *given, *arguments)
    assert done.returncode == 2
    assert complaint in done.stderr
    assert len(done.stderr.splitlines()) == 1
