"""Training a transformation network: its loss, its checkpoint, its files, and how mistakes are told."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image
from torch import nn

from nstbench.core.errors import InputError
from nstbench.core.hardware import Hardware
from nstbench.images.reading import read_picture
from nstbench.losses.objective import Objective
from nstbench.methods.base import Task, TotalVariation
from nstbench.methods.descent import open_backbone
from nstbench.methods.gatys2015 import algorithm as gatys2015
from nstbench.methods.gatys2015.parameters import DEFAULT
from nstbench.methods.johnson2016.architecture import JAIN
from nstbench.methods.johnson2016.loss import PerceptualLoss
from nstbench.methods.johnson2016.method import TRAINER
from nstbench.methods.johnson2016.modules import Transformation
from nstbench.methods.johnson2016.recipe import TransformationRecipe
from nstbench.methods.johnson2016.training import train_transformation
from nstbench.networks.feedforward.inventory import read_card
from nstbench.networks.training.crops import CropSource
from nstbench.networks.training.loop import Schedule, train
from nstbench.networks.training.pictures import own_photographs
from nstbench.networks.training.trainer import TrainingTask
from nstbench.optim.checkpoints import Checkpoint

CPU = Hardware(torch.device("cpu"), "fp32")
LOSS = DEFAULT.model_copy(
    update={
        "content_layers": {"relu2_1": 1.0},
        "style_layers": {"relu1_2": 0.7, "relu2_1": 0.3},
        "alpha": 0.1,
        "tv": TotalVariation(form="squared", weight=1e-2),
    }
)
RECIPE = TransformationRecipe(
    architecture="jain", width=0.125, loss=LOSS, style_size=32, crop=32, batch=2, rate=5e-3, steps=12
)


@pytest.fixture(scope="module")
def photographs(tmp_path_factory):
    """Files of three pictures of smooth noise."""
    folder, random = tmp_path_factory.mktemp("photographs"), np.random.default_rng(1)
    files = tuple(folder / f"{number}.png" for number in range(3))
    for file in files:
        Image.fromarray(random.integers(0, 256, (5, 6, 3), dtype=np.uint8)).resize((60, 50)).save(file)
    return files


@pytest.fixture
def asked(painting, tmp_path, photographs):
    """A training of 12 steps; `seen` collects the steps and losses that it reports."""
    seen = []

    def ask(recipe=RECIPE, watch=lambda *step: None, name="stripes"):
        def watching(step, loss):
            seen.append((step, float(loss)))
            watch(step, loss)

        output = tmp_path / f"{name}.safetensors"
        return TrainingTask(recipe, (painting,), photographs, output, CPU, watching)

    ask.seen = seen
    return ask


def test_training_brings_the_loss_down_and_leaves_network_and_curve(asked, painting):
    task = asked()
    train_transformation(task)
    curve = pd.read_csv(task.output.with_suffix(".csv"))
    terms = ["content/relu2_1", "tv", "style/relu1_2", "style/relu2_1"]
    assert list(curve) == ["step", "total", *terms, "seconds"]
    assert curve["step"].tolist() == list(range(1, 13))
    assert curve["total"].iloc[-3:].mean() < 0.9 * curve["total"].iloc[0]
    weights = torch.tensor([0.1, 1e-2, 0.7, 0.3])
    assert curve["total"].to_numpy() == pytest.approx(curve[terms].to_numpy() @ weights.numpy(), rel=1e-4)
    assert [loss for _, loss in asked.seen] == pytest.approx(curve["total"].tolist(), rel=1e-4)
    card = read_card(task.output)
    assert TransformationRecipe.model_validate(card["recipe"]) == RECIPE
    assert (card["style"]["name"], card["training_pictures"]) == (painting.stem, 2)
    assert not task.output.with_suffix(".checkpoint").exists()


def test_a_batch_loses_the_mean_of_what_its_pictures_lose(photographs):
    torch.manual_seed(0)
    style, network = torch.rand(1, 3, 32, 32), Transformation(JAIN, 0.125)
    crops = CropSource(photographs, RECIPE.crop, RECIPE.batch, seed=3)
    found = PerceptualLoss(RECIPE, style, crops, network, CPU)(5)
    single = []
    for photograph in crops.training(5).split(1):
        task = Task(photograph, style, LOSS, 0, CPU)
        backbone = open_backbone(task)
        single.append(Objective(backbone, gatys2015.terms_of(task, backbone))(network(photograph)))
    torch.testing.assert_close(found, torch.stack(single).mean(0), rtol=1e-4, atol=1e-7)


class KilledError(Exception):
    """The machine died."""


def killer(at):
    def watch(step, loss):
        if step == at:
            raise KilledError

    return watch


def test_a_training_that_goes_on_ends_with_the_same_file(asked, monkeypatch):
    monkeypatch.setattr("nstbench.optim.checkpoints.SECONDS_BETWEEN", 0.0)
    whole, cut = asked(), asked(watch=killer(8), name="cut")
    train_transformation(whole)
    with pytest.raises(KilledError):
        train_transformation(cut)
    assert not cut.output.exists()
    asked.seen.clear()
    train_transformation(replace(cut, watch=asked(name="cut").watch))
    assert [step for step, _ in asked.seen] == [8, 9, 10, 11, 12]
    assert cut.output.read_bytes() == whole.output.read_bytes()
    curves = [pd.read_csv(task.output.with_suffix(".csv")).drop(columns="seconds") for task in (whole, cut)]
    pd.testing.assert_frame_equal(*curves)


@pytest.mark.parametrize("change", [{"seed": 1}, {"steps": 13}, {"batch": 1}])
def test_a_checkpoint_of_another_recipe_is_not_continued(asked, monkeypatch, change):
    monkeypatch.setattr("nstbench.optim.checkpoints.SECONDS_BETWEEN", 0.0)
    with pytest.raises(KilledError):
        train_transformation(asked(watch=killer(3)))
    asked.seen.clear()
    with pytest.raises(KilledError):
        train_transformation(asked(RECIPE.model_copy(update=change), killer(1)))
    assert asked.seen[0][0] == 1


def test_a_damaged_checkpoint_is_a_fresh_start(asked):
    task = asked(RECIPE.model_copy(update={"steps": 1}))
    task.output.with_suffix(".checkpoint").write_bytes(b"half a checkpoi")
    train_transformation(task)
    assert [step for step, _ in asked.seen] == [1]


def test_more_than_one_style_is_refused(asked, painting):
    with pytest.raises(InputError, match="2 styles given"):
        train_transformation(replace(asked(), styles=(painting, painting)))


def test_a_cosine_falls_from_the_rate_to_nothing():
    schedule = Schedule(steps=8, rate=0.4, decay="cosine")
    assert [schedule.rate_at(step) for step in (0, 4, 8)] == pytest.approx([0.4, 0.2, 0.0])
    assert Schedule(8, 0.4, "none").rate_at(7) == 0.4


def test_a_training_that_diverges_is_told(tmp_path):
    network = nn.Linear(1, 1)

    def losses_at(step):
        loss = network.weight.sum() * (float("inf") if step == 2 else 1.0)
        return torch.stack([loss, loss])

    with pytest.raises(InputError, match=r"diverged at step 3 \(loss -?inf\); lower the learning rate"):
        checkpoint = Checkpoint(tmp_path / "checkpoint")
        train(network, losses_at, ["loss"], Schedule(5, 1e-3, "none"), {}, lambda *_: None, checkpoint)


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"architecture": "cubist"}, "unknown architecture 'cubist'"),
        ({"steps": 0}, "steps"),
        ({"width": 2.0}, "width"),
        ({"stpes": 3}, "stpes: unknown key; allowed: steps, architecture"),
    ],
)
def test_recipes_that_do_not_fit_are_told(changes, complaint):
    with pytest.raises(InputError, match=complaint) as failure:
        TRAINER.configure("default", changes)
    assert "\n" not in str(failure.value)


def test_there_are_photographs_without_a_folder(monkeypatch, tmp_path):
    pictures = [read_picture(file) for file in own_photographs()]
    assert len({picture.tobytes() for picture in pictures}) == 7 + 6
    assert all(min(picture.size) >= 256 for picture in pictures)
    monkeypatch.setattr("nstbench.networks.training.pictures.SCENES", tmp_path / "none")
    assert len(own_photographs()) == 7


def test_the_command_trains_with_what_it_is_given(run, tmp_path, painting, photo, monkeypatch):
    tasks = []
    monkeypatch.setattr("nstbench.methods.johnson2016.training.train_transformation", tasks.append)
    folder = tmp_path / "photographs"
    folder.mkdir()
    photo.rename(folder / "photo.png")
    out = tmp_path / "new.safetensors"
    arguments = ["train-fast", "--style", painting, "--images", folder, "-o", out, "--device", "cpu"]
    done = run(*arguments, "--steps", 7, "--seed", 3, "--preset", "jain", "--precision", "fp32")
    assert done.returncode == 0, done.stderr
    (task,) = tasks
    assert (task.recipe.steps, task.recipe.seed, task.recipe.architecture) == (7, 3, "jain")
    assert (task.styles, task.output, len(task.photographs)) == ((painting,), out, 1)


@pytest.mark.parametrize(
    ("option", "value", "complaint"),
    [
        ("--style", "nothing.png", "nothing.png"),
        ("--images", "empty", "no training pictures in empty"),
        ("--preset", "cubist", "unknown preset 'cubist' of training; allowed: johnson, jain"),
        ("--steps", "0", "steps"),
        ("--out", "empty", "empty must end in .safetensors"),
        ("--out", "new.csv", "new.csv must end in .safetensors"),
        ("--precision", "fp7", "unknown precision 'fp7'"),
    ],
)
def test_mistakes_of_the_command_are_one_line(
    run, tmp_path, painting, monkeypatch, photographs, option, value, complaint
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    monkeypatch.setattr("nstbench.networks.training.pictures.own_photographs", lambda: photographs)
    given = {"--style": painting, "--out": "new.safetensors", "--device": "cpu", "--steps": "1"} | {
        option: value
    }
    done = run("train-fast", *(part for pair in given.items() for part in pair))
    assert done.returncode == 2
    assert complaint in done.stderr
    assert len([line for line in done.stderr.splitlines() if line.startswith("nstbench:")]) == 1
    assert "Traceback" not in done.stderr
